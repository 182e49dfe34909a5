using System.Runtime.CompilerServices;
using TorchSharp;

namespace Retrace.Testing;

internal static class SingleThread
{
    // The tests' tensors are too small to be shared out, and threads that wait for one another spin.
    [ModuleInitializer]
    public static void Set() => torch.set_num_threads(1);
}
