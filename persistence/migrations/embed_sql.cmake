# Writes OUTPUT, the C++ source of embedded_sql.h, from FILES (split by |): each as `folder/name`.
string(REPLACE "|" ";" FILES "${FILES}")
set(rows)
foreach(file IN LISTS FILES)
  file(READ ${file} text)
  cmake_path(GET file PARENT_PATH folder)
  cmake_path(GET folder FILENAME folder)
  cmake_path(GET file FILENAME name)
  string(APPEND rows "      {\"${folder}/${name}\", R\"embedded_sql(${text})embedded_sql\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// Written by embed_sql.cmake.
#include \"persistence/migrations/embedded_sql.h\"

namespace autopulse::callevents::persistence::migrations {

const std::vector<EmbeddedFile>& EmbeddedFiles() {
  static const auto& files = *new std::vector<EmbeddedFile>{
${rows}  };
  return files;
}

}  // namespace autopulse::callevents::persistence::migrations
")
