using System.Runtime.CompilerServices;
using Retrace.Models.Native;
using TorchSharp;

namespace Retrace.Models.Tests;

internal static class SingleThread
{
    // The tests' tensors are too small to be shared out. OMP_NUM_THREADS asks for more nevertheless, as .ci/run does.
    [ModuleInitializer]
    public static void Set()
    {
        LibTorch.Prepare(); // Before TorchSharp loads libtorch.
        if (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is null)
        {
            torch.set_num_threads(1);
        }
    }
}
