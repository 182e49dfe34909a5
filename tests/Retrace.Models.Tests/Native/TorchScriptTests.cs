using System.Diagnostics;
using System.Runtime.InteropServices;
using Retrace.Models.Native;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Native;

public sealed class TorchScriptTests
{
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate byte FuserState();

    [Fact]
    public void A_script_runs_without_libtorchs_fuser()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "asks libtorch by the name that GCC gives its function");
        using DisposeScope scope = NewDisposeScope();
        Lazy<jit.CompilationUnit> script = TorchScript.Of(typeof(DecodingStep));
        Tensor turned = (Tensor)script.Value.invoke("rotated", tensor([3f, 4f]), zeros(2), tensor([-1f, 1f]));
        Assert.Equal([-4f, 3f], turned.data<float>());

        ProcessModule library = Process.GetCurrentProcess().Modules.Cast<ProcessModule>()
            .First(module => module.FileName.StartsWith(AppContext.BaseDirectory, StringComparison.Ordinal)
                && module.ModuleName.StartsWith("libtorch_cpu", StringComparison.Ordinal));
        nint function = NativeLibrary.GetExport(
            NativeLibrary.Load(library.FileName), "_ZN5torch3jit22tensorExprFuserEnabledEv");
        Assert.Equal(0, Marshal.GetDelegateForFunctionPointer<FuserState>(function)());
    }
}
