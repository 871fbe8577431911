# shellcheck shell=bash
# Sourced, not run.

# Prints the archive that this machine's apt uses for its own release; nothing if apt knows none.
own_mirror() {
  local release
  # shellcheck source=/dev/null
  release=$(. /etc/os-release && echo "$VERSION_CODENAME")
  # shellcheck disable=SC2016  # apt's own variable
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
    "Codename: $release" 'Label: Debian' 'Component: main' | sort -u | head -n 1
}
