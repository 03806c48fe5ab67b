#!/bin/sh
# Lays out what lies below / in the image beside the application: root.sh JAVA_HOME TARGET_FOLDER JVM_FLAGS_FILE UPLOT_VERSION
#
# The runtime has only the JDK's modules that nodes and commands use. The C library and what native parts of the runtime and of the
# tokenizer link to are those of the machine that builds: build on the distribution that you trust, or set image.base to an image
# that has them (glibc, libgcc, libstdc++, zlib).
set -eu

java_home=$1
target=$2
flags=$3
uplot=$4
root=$target/root

modules=java.base,java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,java.rmi,java.scripting
modules=$modules,java.security.jgss,java.security.sasl,java.sql,java.xml,jdk.crypto.ec,jdk.httpserver,jdk.incubator.vector
modules=$modules,jdk.jfr,jdk.management,jdk.naming.dns,jdk.net,jdk.unsupported,jdk.zipfs

rm -rf "$root"
mkdir -p "$root/opt/thunderhead" "$root/etc" "$root/tmp"
"$java_home/bin/jlink" --add-modules "$modules" --strip-debug --no-man-pages --no-header-files --compress zip-6 \
    --output "$root/opt/java"

# Every library that a native file of the runtime needs, and those of the tokenizer, under the names that the loader looks for.
libraries() {
    find "$root/opt/java" -name '*.so' -o -path '*/bin/java' | xargs ldd 2>/dev/null
    ldconfig -p | grep -E 'lib(gcc_s|stdc\+\+|resolv|nss_files|nss_dns)\.so\.[0-9]+ .*x86-64'
}
libraries | grep -oE '/[^ ]+\.so(\.[0-9]+)*' | grep -v "^$root" | sort -u | while read -r library; do
    case $library in
        */libX* | */libasound* | */libfreetype* | */libxcb* | */libxkb* | */libbsd* | */libmd.*) continue ;; # of windows, which no node opens
        /lib64/*) folder=$root/lib64 ;;
        *) folder=$root/lib ;;
    esac
    mkdir -p "$folder"
    cp -L "$library" "$folder/"
done

printf 'root:x:0:0:root:/:/sbin/nologin\nthunderhead:x:10001:10001:thunderhead:/tmp:/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\nthunderhead:x:10001:\n' >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
cp "$flags" "$root/opt/thunderhead/jvm.flags"

# Maven's bill of materials knows jars. The rest is put before them: the runtime, the chart library in the coordinator's jar, and the
# files of the C library, each with the package it is of where the machine has Debian's.
part() { # TYPE NAME VERSION PURL_WITHOUT_VERSION
    printf '    { "type": "%s", "name": "%s", "version": "%s", "purl": "%s@%s" },\n' \
        "$1" "$2" "$3" "$4" "$(echo "$3" | sed 's/+/%2B/g')"
}

parts() {
    java_version=$(sed -n 's/^JAVA_RUNTIME_VERSION="\(.*\)"/\1/p' "$java_home/release")
    part platform OpenJDK "$java_version" pkg:generic/openjdk
    part library uplot "$uplot" pkg:npm/uplot
    for file in "$root"/lib/* "$root"/lib64/*; do
        name=$(basename "$file")
        owner=$(dpkg-query -S "*/$name" 2>/dev/null | sed -n '1s/[:,].*//p') || true
        version=$(dpkg-query -W -f '${Version}\n' "$owner" 2>/dev/null | sed -n 1p) || true
        part file "$name" "${version:-unknown}" "pkg:deb/debian/${owner:-unknown}"
    done
}

parts >"$target/parts.json"
sed "/^  \"components\" : \[/r $target/parts.json" "$target/bom.json" >"$root/opt/thunderhead/bom.json"
cp "$root/opt/thunderhead/bom.json" "$target/bom.json"
