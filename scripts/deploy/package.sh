#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes a Debian package and a .tar.gz of an engine that is built: binary, configs, licences, manual page, and units that
# run the analysis engine as a service. Needs dpkg-deb; dpkg-shlibdeps (dpkg-dev) where the binary links to libraries.
set -eu

usage() {
    cat <<'TEXT'
Usage: sh scripts/deploy/package.sh --binary FILE --arch amd64|arm64|armhf [--name NAME] [--static] [--output FOLDER]
                                    [--file-name NAME] [--parts FILE]
  --binary FILE     the engine, stripped or not
  --arch ARCH       what it runs on, in Debian's words
  --name NAME       of the board it was tuned for; part of the files' names
  --static          the engine links to nothing but the C library, or not even to that: the package depends on no more
  --output FOLDER   default: build/packages
  --file-name NAME  of both files, without their endings; default: katago_VERSION_ARCH and what was asked for above
  --parts FILE      list of what is linked in (scripts/release makes it), to be packed as parts.cdx.json
STRIP names the strip program (for a foreign architecture).
TEXT
}

fail() {
    echo "package: $*" >&2
    exit 1
}

binary='' arch='' name='' static=no output=build/packages file_name='' parts=''
while [ $# -gt 0 ]; do
    case $1 in
        --binary | --arch | --name | --output | --file-name | --parts)
            [ $# -ge 2 ] || fail "$1 needs a value"
            case $1 in
                --binary) binary=$2 ;;
                --arch) arch=$2 ;;
                --name) name=$2 ;;
                --output) output=$2 ;;
                --file-name) file_name=$2 ;;
                --parts) parts=$2 ;;
            esac
            shift
            ;;
        --static) static=yes ;;
        -h | --help) usage && exit 0 ;;
        *) usage >&2 && fail "unknown option $1" ;;
    esac
    shift
done
cd "$(dirname "$0")/../.."
[ -f "$binary" ] || fail "--binary: no file '$binary'; build it first"
case $arch in amd64 | arm64 | armhf) ;; *) fail "--arch is '$arch', must be amd64, arm64 or armhf" ;; esac
for tool in dpkg-deb readelf gzip tar md5sum; do
    command -v $tool >/dev/null || fail "$tool is missing; install dpkg and binutils"
done
case $(readelf -h "$binary" | sed -n 's/ *Machine: *//p') in
    *X86-64*) found=amd64 ;;
    AArch64) found=arm64 ;;
    ARM) found=armhf ;;
    *) found=unknown ;;
esac
[ $found = "$arch" ] || fail "$binary is for $found, not for $arch"

# Versions grow with the time of the last commit, so that a later package is an upgrade.
base=$(sed -n 's/.*kKatagoVersion = "\([^"]*\)".*/\1/p' src/command/version.h)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH
version=${KATAGO_PACKAGE_VERSION:-$base+$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d.%H%M)}
full_name=${file_name:-katago_${version}_$arch${name:+_$name}$([ $static = no ] || echo _static)}

mkdir -p "$output"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022
root=$work/root

put() { # put MODE FILE PLACE
    mkdir -p "$(dirname "$3")"
    install -m "$1" "$2" "$3"
}

put 755 "$binary" "$root/usr/bin/katago"
"${STRIP:-strip}" "$root/usr/bin/katago"
for config in configs/*.cfg; do put 644 "$config" "$root/usr/share/katago/$config"; done
put 644 configs/analysis.cfg "$root/etc/katago/analysis.cfg"
put 644 scripts/deploy/katago.default "$root/etc/default/katago"
put 644 scripts/deploy/katago-analysis.socket "$root/usr/lib/systemd/system/katago-analysis.socket"
put 644 scripts/deploy/katago-analysis@.service "$root/usr/lib/systemd/system/katago-analysis@.service"
put 644 scripts/deploy/katago.1 "$root/usr/share/man/man1/katago.1"
put 644 scripts/deploy/copyright "$root/usr/share/doc/katago/copyright"
put 644 README.md "$root/usr/share/doc/katago/README.md"
[ -z "$parts" ] || put 644 "$parts" "$root/usr/share/doc/katago/parts.cdx.json"
put 644 /dev/null "$root/usr/share/doc/katago/changelog"
cat >"$root/usr/share/doc/katago/changelog" <<TEXT
katago ($version) stable; urgency=medium

  * Built from the source as of this date; its history says what changed.

 -- katago maintainers <maintainers@katago.invalid>  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
TEXT
gzip -9n "$root/usr/share/man/man1/katago.1" "$root/usr/share/doc/katago/changelog"

# --- What the package depends on ---
needed=$(readelf -d "$binary" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
if [ $static = yes ]; then
    for library in $needed; do
        case $library in
            libc.so.6 | libm.so.6 | libpthread.so.0 | libdl.so.2 | librt.so.1 | ld-linux*) ;; # one library since glibc 2.34
            *) fail "--static, but $binary links to $library; configure with -DKATAGO_STATIC_RUNTIME=ON" ;;
        esac
    done
    glibc=$(readelf -V "$binary" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -uV | tail -n 1)
    depends=${glibc:+"libc6 (>= $glibc)"}
    # Lintian takes it for an oversight.
    mkdir -p "$root/usr/share/lintian/overrides"
    cat >"$root/usr/share/lintian/overrides/katago" <<'TEXT'
# One file that runs on any board is what this package is for.
katago: embedded-library *zlib*
katago: statically-linked-binary *
TEXT
else
    command -v dpkg-shlibdeps >/dev/null || fail "dpkg-shlibdeps is missing; install dpkg-dev"
    mkdir -p "$work/debian"
    printf 'Source: katago\n\nPackage: katago\nArchitecture: any\n' >"$work/debian/control"
    # No -l: libraries of this machine, which is the one that the package is for.
    depends=$(cd "$work" && dpkg-shlibdeps -O --ignore-missing-info -eroot/usr/bin/katago | sed -n 's/^shlibs:Depends=//p')
    [ -n "$depends" ] || fail "dpkg-shlibdeps found nothing that $binary depends on"
fi

# XNNPACK is opened at run time, so the program does without it. Debian names a library's package by its version.
recommends=$(grep -ao 'libXNNPACK\.so\.[0-9.]*[0-9]' "$binary" | sort -u | sed 's/.*\.so\./libxnnpack/')
# So is Vulkan's library, whose functions are looked up by name. Every driver brings it along; recommended, it would come to
# machines without a device.
suggests=$(grep -aq vkQueueSubmit "$binary" && echo libvulkan1 || true)
relations=$(printf '%s' "${depends:+Depends: $depends
}${recommends:+Recommends: $recommends
}${suggests:+Suggests: $suggests
}")

mkdir -p "$root/DEBIAN"
cat >"$root/DEBIAN/control" <<TEXT
Package: katago
Version: $version
Architecture: $arch
Maintainer: katago maintainers <maintainers@katago.invalid>
Installed-Size: $(du -sk --apparent-size --exclude=DEBIAN "$root" | cut -f 1)
Section: misc
Priority: optional${relations:+
$relations}
Homepage: https://katagotraining.org/
Description: Go engine for small computers
 Plays and analyses the game of Go with the neural networks of the KataGo
 project, on small computers: Raspberry Pi, Jetson, old laptops, desktops.
 It speaks GTP and KataGo's JSON analysis protocol, so that Sabaki, Lizzie,
 KaTrain and other programs can use it. A small network is inside; stronger
 ones can be downloaded.
TEXT
printf '/etc/default/katago\n/etc/katago/analysis.cfg\n' >"$root/DEBIAN/conffiles"
for script in postinst prerm postrm; do put 755 scripts/deploy/$script "$root/DEBIAN/$script"; done
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group -Zxz --build "$root" "$output/$full_name.deb" >/dev/null

# --- The same to be unpacked anywhere ---
tree=$work/$full_name
put 755 "$root/usr/bin/katago" "$tree/katago"
for config in configs/*.cfg; do put 644 "$config" "$tree/$config"; done
put 644 README.md "$tree/README.md"
put 644 LICENSE "$tree/LICENSE"
put 644 scripts/deploy/copyright "$tree/LICENSES-of-parts"
[ -z "$parts" ] || put 644 "$parts" "$tree/parts.cdx.json"
for file in katago.1 katago.default katago-analysis.socket katago-analysis@.service; do
    put 644 scripts/deploy/$file "$tree/service/$file"
done
mv "$tree/service/katago.1" "$tree/katago.1"
tar -C "$work" --owner=0 --group=0 --numeric-owner --sort=name --mtime="@$SOURCE_DATE_EPOCH" -cf - "$full_name" |
    gzip -9n >"$output/$full_name.tar.gz"

echo "package: $output/$full_name.deb ($(du -k "$output/$full_name.deb" | cut -f 1) kB), depends on: ${depends:-nothing}${recommends:+; recommends: $recommends}"
echo "package: $output/$full_name.tar.gz"
