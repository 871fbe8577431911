"""Certificates for tests, made by openssl when they are needed."""

import subprocess

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


# Some clients insist on these.
_OF_AN_AUTHORITY = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
_OF_ITS_CERTIFICATES = "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"


def _openssl(*arguments, wrapper=()):
    subprocess.run([*wrapper, "openssl", *map(str, arguments)], check=True, capture_output=True)


class Authority:
    """Signs certificates. All files are in `folder`."""

    def __init__(self, folder, name="authority"):
        self.folder = folder
        self.file = folder / f"{name}.pem"
        self._key = folder / f"{name}.key"
        _openssl("req", "-x509", *_KEY, *_OF_AN_AUTHORITY, "-days", 2, "-keyout", self._key,
                 "-out", self.file, "-subj", f"/CN={name}")

    def sign(self, name, *names, expired=False, file=None):
        """A certificate for `names`, such as DNS:localhost; returns the files of it and its key."""
        certificate, key = (self.folder / f"{file or name}{end}" for end in (".pem", ".key"))
        request, extensions = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        _openssl("req", *_KEY, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        extensions.write_text(f"{_OF_ITS_CERTIFICATES}subjectAltName={','.join(names)}\n")
        _openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self._key,
                 "-CAcreateserial", "-days", 2, "-extfile", extensions, "-out", certificate,
                 wrapper=("faketime", "-f", "-3d") if expired else ())
        return certificate, key
