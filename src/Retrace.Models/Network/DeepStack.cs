using Retrace.Models.Native;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>What is added to the outputs of the decoder's first layers at image tokens.</summary>
/// <param name="Places">Flat indices b·T + t of the image tokens. [n]</param>
/// <param name="Additions">Of each of the first layers: [n, hidden].</param>
internal sealed record DeepStack(Tensor Places, IReadOnlyList<Tensor> Additions)
{
    /// <summary>The output of a layer with what is added to it; of later layers the output as it is.</summary>
    /// <param name="hidden">[B, T, hidden]</param>
    /// <param name="layer">Counted from 0.</param>
    public Tensor AddTo(Tensor hidden, int layer) => layer >= Additions.Count
        ? hidden
        : hidden.view(-1, hidden.shape[^1]).PlusRowsAt(Places, Additions[layer]).view(hidden.shape);
}
