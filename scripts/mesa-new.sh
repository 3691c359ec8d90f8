#!/bin/sh
# SPDX-License-Identifier: MIT
# Unpacks the Mesa of Debian unstable, whose software device has cooperative matrices, for tests of the shaders that use
# them. Nothing is installed: FOLDER/run starts a program of this machine with the libraries of FOLDER, their C library and
# loader included, because Mesa there is built against a newer one.
set -eu

usage() {
    cat <<'TEXT'
Usage: sh scripts/mesa-new.sh FOLDER
Then:  FOLDER/run PROGRAM [ARGUMENT...]   runs a program (no script) with that Mesa as its only Vulkan driver
DEBIAN_MIRROR replaces Debian's own server.
TEXT
}

fail() {
    echo "mesa-new: $*" >&2
    exit 1
}

case ${1:-} in
    -h | --help) usage && exit 0 ;;
    '' | -*) usage >&2 && fail "wanted: one folder" ;;
esac
[ $# -eq 1 ] || fail "wanted: one folder, found: $*"
for tool in apt-get dpkg-deb tar; do
    command -v $tool >/dev/null || fail "$tool is missing; this script needs Debian, Ubuntu or a relative of theirs"
done

# shellcheck source=scripts/release_apt.sh
. "$(dirname "$0")/release_apt.sh"
find_keyring sid

mkdir -p "$1"
folder=$(cd "$1" && pwd)
work=$folder/work
rm -rf "$work" "$folder/root" "$folder/run"
mkdir -p "$work"
for name in lib lib64 bin sbin; do
    mkdir -p "$folder/root/usr/$name"
    ln -s "usr/$name" "$folder/root/$name"
done

echo "mesa-new: reading the package lists of Debian unstable"
use_release sid deb "$(dpkg --print-architecture)" "$work/apt"
echo "mesa-new: downloading"
apt-get install -q=2 --download-only --yes libvulkan1 mesa-vulkan-drivers vulkan-validationlayers vulkan-tools >/dev/null
for package in "$work"/apt/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$folder/root" --keep-directory-symlink --no-same-owner \
        --exclude='./usr/share/doc' --exclude='./usr/share/locale'
done
rm -rf "$work"

# only PATTERN: the path of the file, found rather than named, because its folder has the name of the processor.
only() {
    found=$(find "$folder/root/usr" -name "$1" -type f)
    [ "$(printf '%s\n' "$found" | wc -l)" -eq 1 ] && [ -n "$found" ] || fail "wanted: one $1, found: ${found:-none}"
    echo "$found"
}
driver=$(only libvulkan_lvp.so)
icd=$(only 'lvp_icd*.json')
loader=$(only 'ld-linux*.so.*')
libraries=$(dirname "$driver")
sed -i "s|\"library_path\": *\"[^\"]*\"|\"library_path\": \"$driver\"|" "$icd"

# What Mesa lacks, the program has from this machine. Layers name their libraries without a folder.
cat >"$folder/run" <<RUN
#!/bin/sh
# Runs a program of this machine with the Mesa beside this script.
program=\$(command -v "\$1") || { echo "\$0: there is no program '\$1'" >&2; exit 127; }
shift
export VK_DRIVER_FILES=$icd VK_ICD_FILENAMES=$icd VK_LAYER_PATH=$folder/root/usr/share/vulkan/explicit_layer.d
exec $loader --library-path $libraries:$folder/root/usr/lib:/usr/lib/\$(basename $libraries) "\$program" "\$@"
RUN
chmod 755 "$folder/run"
version=$("$folder/run" "$folder/root/usr/bin/vulkaninfo" --summary 2>/dev/null |
    sed -n 's/^\tdriverInfo *= //p' | head -n 1)
[ -n "$version" ] || fail "the driver does not start: $folder/run $folder/root/usr/bin/vulkaninfo --summary"
echo "mesa-new: $folder/run: $version, $(du -sh "$folder" | cut -f 1)"
