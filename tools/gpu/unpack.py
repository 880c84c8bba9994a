"""`python3 unpack.py FOLDER`: unpacks the archives beside this file; the machine need not have xz."""

import lzma
import os
import shutil
import sys
import tarfile

here, folder = os.path.dirname(os.path.abspath(__file__)), sys.argv[1]
os.makedirs(folder, exist_ok=True)
with tarfile.open(os.path.join(here, "gpu.tar.xz")) as archive:
    archive.extractall(folder)
node = os.path.join(folder, "node")
with lzma.open(os.path.join(here, "node.xz")) as packed, open(node, "wb") as file:
    shutil.copyfileobj(packed, file)
os.chmod(node, 0o755)
