using System.Diagnostics;
using System.Runtime.InteropServices;
using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Native;

public sealed class TorchScriptTests
{
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate byte FuserState();

    [Fact]
    public void AScriptRunsWithoutLibtorchsFuser()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "asks libtorch by the name that GCC gives its function");
        using DisposeScope scope = NewDisposeScope();
        Lazy<jit.CompilationUnit> script = TorchScript.Of("def twice(x):\n    return x * 2\n");
        Assert.Equal(6f, ((Tensor)script.Value.invoke("twice", tensor(3f))).item<float>());

        ProcessModule library = Process.GetCurrentProcess().Modules.Cast<ProcessModule>()
            .First(module => module.FileName.StartsWith(AppContext.BaseDirectory, StringComparison.Ordinal)
                && module.ModuleName.StartsWith("libtorch_cpu", StringComparison.Ordinal));
        nint function = NativeLibrary.GetExport(
            NativeLibrary.Load(library.FileName), "_ZN5torch3jit22tensorExprFuserEnabledEv");
        Assert.Equal(0, Marshal.GetDelegateForFunctionPointer<FuserState>(function)());
    }
}
