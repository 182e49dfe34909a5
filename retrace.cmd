@echo off
rem Builds the command line when its sources have changed since the last build, then runs it.
setlocal
set "root=%~dp0"
set "program=%root%artifacts\bin\Retrace.Cli\release\Retrace.Cli.dll"
set "stamp=%root%artifacts\retrace.stamp"
set "lock=%root%artifacts\retrace.lock"
set "log=%root%artifacts\retrace.log"
rem With RETRACE_LIBTORCH the user has a libtorch: see docs/gpu.md.
if not defined Torch if defined RETRACE_LIBTORCH set "Torch=external"
if not defined Torch set "Torch=cpu"

call :is_built && goto run
if not exist "%root%artifacts" mkdir "%root%artifacts"
set waited=0
:take_lock
mkdir "%lock%" 2>nul && goto build
set /a waited+=1
if %waited% geq 1800 (
    echo retrace: another build does not finish; if there is none, remove %lock% 1>&2
    exit /b 1
)
timeout /t 1 /nobreak >nul
goto take_lock

:build
call :is_built && goto built
echo retrace: building ^(the first time this fetches about 0.3 GB of packages^) 1>&2
rem The program must not find the libtorch of another kind of build beside it.
if not "%built_for%"=="%Torch%" if exist "%root%artifacts\bin\Retrace.Cli\release" rmdir /s /q "%root%artifacts\bin\Retrace.Cli\release"
>"%stamp%.next" echo %Torch%
set DOTNET_CLI_TELEMETRY_OPTOUT=1
set DOTNET_NOLOGO=1
pushd "%root%"
dotnet build src\Retrace.Cli --configuration Release --verbosity quiet -p:Torch=%Torch% >"%log%" 2>&1
if errorlevel 1 (
    popd
    rmdir "%lock%"
    type "%log%" 1>&2
    echo retrace: the build failed; the messages above are in %log% 1>&2
    exit /b 1
)
popd
move /y "%stamp%.next" "%stamp%" >nul
:built
rmdir "%lock%"

:run
dotnet "%program%" %*
exit /b %errorlevel%

rem Succeeds when the program is newer than every source and built for this kind of torch.
:is_built
if not exist "%program%" exit /b 1
if not exist "%stamp%" exit /b 1
set /p built_for=<"%stamp%"
if not "%built_for%"=="%Torch%" exit /b 1
powershell -NoProfile -Command "$built = (Get-Item '%stamp%').LastWriteTimeUtc; $sources = Get-ChildItem '%root%src', '%root%eng', '%root%Directory.*', '%root%global.json' -Recurse; exit [int][bool]($sources | Where-Object LastWriteTimeUtc -gt $built | Select-Object -First 1)"
exit /b %errorlevel%
