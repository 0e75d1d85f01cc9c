# SPDX-License-Identifier: Apache-2.0
"""Makes wheels (PEP 517) of what CMake builds, with Python's own library alone.

A wheel holds the package, the command, configurations and models, which both find at PREFIX/share/bitline. It needs the
shared libraries that it was linked with, from the same release of the distribution."""
import base64
import hashlib
import pathlib
import re
import subprocess
import sys
import sysconfig
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


class UnsupportedOperation(Exception):
    """What front ends catch."""


def version():
    return re.search(r"project\(bitline VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text()).group(1)


def built(folder):
    """Configures where nothing is configured, and builds."""
    if not (folder / "CMakeCache.txt").exists():
        subprocess.run(["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DBUILD_TESTING=OFF",
                        f"-DPython_EXECUTABLE={sys.executable}"], check=True)
    subprocess.run(["cmake", "--build", folder, "--target", "bitline_python", "bitline", "-j", "2"], check=True)


def metadata():
    text = f"Metadata-Version: 2.1\nName: bitline\nVersion: {version()}\n"
    text += "Summary: Simulator of crossbar compute-in-memory accelerators\nLicense: Apache-2.0\nRequires-Python: >=3.9\n"
    return text + "Requires-Dist: numpy>=1.20\n\n" + (ROOT / "README.md").read_text()


def tag():
    abi = f"cp{sys.version_info.major}{sys.version_info.minor}"
    return f"{abi}-{abi}-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"


def contents(build):
    """Name in the wheel, file or bytes."""
    base = f"bitline-{version()}"
    for file in sorted((ROOT / "python/bitline").rglob("*")):
        if file.suffix in (".py", ".pyi", ".typed"):
            yield f"bitline/{file.relative_to(ROOT / 'python/bitline')}", file
    for file in sorted((build / "python/bitline").glob("_bitline*.so")):
        yield f"bitline/{file.name}", file
    yield f"{base}.data/scripts/bitline", build / "bitline"
    for folder in ("configs", "models"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.is_file():
                yield f"{base}.data/data/share/bitline/{file.relative_to(ROOT)}", file
    yield f"{base}.dist-info/METADATA", metadata().encode()
    yield f"{base}.dist-info/WHEEL", f"Wheel-Version: 1.0\nGenerator: bitline\nRoot-Is-Purelib: false\nTag: {tag()}\n".encode()
    yield f"{base}.dist-info/LICENSE", ROOT / "LICENSE"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    build = ROOT / (config_settings or {}).get("build-dir", "build/wheel")
    built(build)
    name = f"bitline-{version()}-{tag()}.whl"
    record = []
    with zipfile.ZipFile(pathlib.Path(wheel_directory) / name, "w", zipfile.ZIP_DEFLATED) as wheel:

        def add(path, data, executable=False):
            entry = zipfile.ZipInfo(path)  # of 1980: the same files give the same wheel
            entry.external_attr = (0o100755 if executable else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, data)

        for path, source in contents(build):
            data = source if isinstance(source, bytes) else source.read_bytes()
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record.append(f"{path},sha256={digest},{len(data)}\n")
            add(path, data, executable="/scripts/" in path or path.endswith(".so"))
        path = f"bitline-{version()}.dist-info/RECORD"
        add(path, "".join(record) + f"{path},,\n")
    return name


def build_sdist(sdist_directory, config_settings=None):
    raise UnsupportedOperation("the sources are the repository; wheels are built from it")
