using Retrace.Models.Images;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>The part of a network that makes the decoder's image tokens of patches. Each family has its own.</summary>
public abstract class VisionEncoder
{
    /// <summary>What the blocks need of memory, for each patch.</summary>
    public abstract BlockMemory Memory { get; }

    /// <summary>Embeds a batch of images.</summary>
    /// <param name="patches">[Σ t·h·w, patchLength]: the images' flattened patches one after another.</param>
    /// <param name="grids">The images' grids.</param>
    /// <param name="blocks">Runs each block, as the backward pass will want it.</param>
    /// <returns>[Σ t·h·w / merge², outHidden], in the order of the patches</returns>
    public abstract Tensor Forward(Tensor patches, IReadOnlyList<ImageGrid> grids, BlockRunner blocks);
}
