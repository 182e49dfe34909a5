using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>
/// A LoRA adapter of a model: each linear layer that it covers gives Wx + (α/r)·BAx, and only A and B train. Of experts
/// each has an A and a B of its own (<see cref="ExpertUpdate"/>).
/// </summary>
/// <remarks>Source: Hu et al. 2021 (arXiv 2106.09685); names and initialisation are PEFT's.</remarks>
public sealed class LoraAdapter
{
    private readonly List<string> _layers = [];
    private readonly WeightNames _names;

    internal LoraAdapter(LoraSettings settings, WeightNames names)
    {
        _names = names;
        Settings = settings;
        Dropout = new AdapterDropout(settings.Dropout);
    }

    public LoraSettings Settings { get; }

    /// <summary>Full names of the layers that are adapted, in the order in which the model declares them.</summary>
    public IReadOnlyList<string> Layers => _layers;

    /// <summary>The dropout applied to an adapted layer's input before A.</summary>
    public AdapterDropout Dropout { get; }

    /// <summary>The name of a layer's A among the model's parameters; B's differs in one letter.</summary>
    internal static string NameOfA(string layer) => $"{layer}.lora_A.weight";

    internal static string NameOfB(string layer) => $"{layer}.lora_B.weight";

    /// <summary>Declares A and B of a layer, if it is one that the adapter covers.</summary>
    internal LowRankUpdate? Cover(Parameters parameters, string layer, int inSize, int outSize)
    {
        if (!Settings.Covers(layer, _names))
        {
            return null;
        }
        Tensor a = parameters.Declare(NameOfA(layer), Settings.Rank, inSize);
        Tensor b = parameters.Declare(NameOfB(layer), outSize, Settings.Rank);
        _layers.Add(layer);
        return new LowRankUpdate(a, b, Settings.Scale, Dropout, place: _layers.Count - 1);
    }

    /// <summary>Declares A and B of one of the matrices of all experts, if it is one that the adapter covers.</summary>
    /// <param name="layer">The full name of the matrices.</param>
    /// <param name="experts">E</param>
    internal ExpertUpdate? CoverExperts(Parameters parameters, string layer, int experts, int inSize, int outSize)
    {
        if (!Settings.Covers(layer, _names))
        {
            return null;
        }
        long all = (long)Settings.Rank * experts;
        Tensor a = parameters.Declare(NameOfA(layer), all, inSize);
        Tensor b = parameters.Declare(NameOfB(layer), outSize, all);
        _layers.Add(layer);
        return new ExpertUpdate(a, b, experts, Settings.Scale);
    }

    /// <summary>
    /// Kaiming's uniform distribution with a = √5 for A, which is U(−1/√in, 1/√in), and zeros for B: at first the
    /// adapter changes nothing.
    /// </summary>
    internal void Initialise(Parameters parameters, long seed)
    {
        if (parameters.Device.type == DeviceType.META)
        {
            return; // Shapes without values.
        }
        using var noGrad = no_grad();
        for (int place = 0; place < _layers.Count; place++)
        {
            using DisposeScope scope = NewDisposeScope();
            Random random = RandomStream.For(seed, place);
            Tensor a = parameters[NameOfA(_layers[place])]; // [r, in], or of experts [r·E, in]
            double bound = 1 / Math.Sqrt(a.shape[1]);
            float[] values = new float[a.numel()];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = (float)(bound * ((2 * random.NextDouble()) - 1));
            }
            a.copy_(tensor(values, a.shape, device: a.device));
            parameters[NameOfB(_layers[place])].zero_();
        }
    }
}
