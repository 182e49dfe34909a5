#!/bin/sh
# Writes down anew what each library shows to programs: src/*/PublicAPI.Unshipped.txt, which a review then sees change. The
# build of the CI (CI=true) fails where a file does not say what the code does.
#     eng/public-api.sh
set -eu
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

for project in src/*/; do
    echo '#nullable enable' >"$project/PublicAPI.Shipped.txt"
    echo '#nullable enable' >"$project/PublicAPI.Unshipped.txt"
done
work=$PWD/artifacts/public-api
rm -rf "$work"
mkdir -p "$work"
dotnet build src/Retrace.Cli --verbosity quiet "-p:ArtifactsPath=$work" -p:CheckPublicApi=true \
    -p:TreatWarningsAsErrors=false >"$work/build.log" 2>&1 || { cat "$work/build.log" >&2; exit 1; }
# …/src/NAME/File.cs(1,2): warning RS0016: Symbol 'WHAT' is not part of the declared public API (…) [PROJECT]
for project in src/*/; do
    name=$(basename "$project")
    {
        echo '#nullable enable'
        sed -n "s:^.*/src/$name/.*RS0016\: Symbol '\(.*\)' is not part of the declared public API.*:\1:p" "$work/build.log" |
            LC_ALL=C sort -u
    } >"$project/PublicAPI.Unshipped.txt"
done
rm -rf "$work"
