using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Native;

/// <summary>Ones and zeros at random that follow from a seed.</summary>
/// <remarks>
/// TorchSharp makes all generators on the host, whatever device it is told, and libtorch refuses those for a tensor that
/// lies on a GPU. There the device's own generator is seeded before each mask.
/// </remarks>
internal static class RandomMask
{
    private static readonly Lock OfDevices = new(); // Runs side by side share their device's generator.

    /// <summary>A tensor of the shape, type and device of x, whose numbers are 1 with a probability and else 0.</summary>
    /// <param name="probability">That of a 1.</param>
    /// <param name="seed">Gives the same mask again on the same kind of device; another kind has other masks.</param>
    public static Tensor Like(Tensor x, double probability, long seed)
    {
        Tensor mask = empty_like(x, requires_grad: false);
        switch (x.device_type)
        {
            case DeviceType.META:
                return mask; // Shapes without values, and no random numbers.
            case DeviceType.CPU:
                using (var generator = new Generator((ulong)seed, CPU))
                {
                    return mask.bernoulli_(probability, generator);
                }
            default:
                lock (OfDevices)
                {
                    cuda.manual_seed_all(seed);
                    return mask.bernoulli_(probability);
                }
        }
    }
}
