#!/bin/sh
# Makes what a release consists of, in artifacts/release: self-contained archives for three systems, one for Linux without
# libtorch, the packages of the libraries, and the tool for all three.
#     eng/publish.sh             all of it
#     eng/publish.sh linux-x64   one archive: linux-x64, win-x64, osx-arm64 or linux-x64-external
set -eu
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
release=$PWD/artifacts/release
mkdir -p "$release"

# Each kind is built apart from the others and from the developer's builds: they restore different packages.
archive() {
    kind=$1
    runtime=${kind%-external}
    [ "$kind" = "$runtime" ] && torch=cpu || torch=external
    work=$PWD/artifacts/publish/$kind
    name=retrace-$version-$kind
    rm -rf "$work/archive"
    dotnet publish src/Retrace.Cli --configuration Release --verbosity quiet --runtime "$runtime" --self-contained \
        --output "$work/archive/$name" "-p:Torch=$torch" "-p:ArtifactsPath=$work" -p:DebugType=none \
        -p:GenerateDocumentationFile=false
    for ending in "" .exe; do
        if [ -f "$work/archive/$name/Retrace.Cli$ending" ]; then
            mv "$work/archive/$name/Retrace.Cli$ending" "$work/archive/$name/retrace$ending"
        fi
    done
    cp -R README.md CHANGELOG.md SECURITY.md docs "$work/archive/$name/"
    mkdir "$work/archive/$name/beside-pytorch"
    for script in beside measured peer peer_generate peer_learning peer_prompts peer_sharing problems retrace_side tasks; do
        cp "benchmarks/beside-pytorch/$script.py" "$work/archive/$name/beside-pytorch/"
    done
    if [ "$torch" = external ]; then
        # XZ, so that the small one is small. The rest of the work is the same.
        tar -C "$work/archive" -cJf "$release/$name.tar.xz" "$name"
    else
        # What the demo and reproductions run on, and presets.
        mkdir -p "$work/archive/$name/models" "$work/archive/$name/data"
        cp -R models/tiny "$work/archive/$name/models/"
        cp -R data/geometry "$work/archive/$name/data/"
        cp -R configs "$work/archive/$name/"
        tar -C "$work/archive" -czf "$release/$name.tar.gz" "$name"
    fi
    rm -rf "$work/archive"
}

if [ $# -gt 0 ]; then
    archive "$1"
    exit
fi
for kind in linux-x64 linux-x64-external win-x64 osx-arm64; do
    archive "$kind"
done
dotnet msbuild eng/Packages.proj -nologo -verbosity:quiet -restore -m "-p:Feed=$release" \
    '-p:ToolRuntimes="linux-x64;win-x64;osx-arm64"'
ls -l "$release"
