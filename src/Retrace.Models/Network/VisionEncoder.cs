using Retrace.Models.Images;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>The part of a network that makes the decoder's image tokens of patches. Each family has its own.</summary>
public abstract class VisionEncoder
{
    /// <summary>The memory that the blocks need, for each patch.</summary>
    public abstract BlockMemory Memory { get; }

    /// <summary>Encodes the patches of a batch of images into image tokens.</summary>
    /// <param name="patches">[Σ t·h·w, patchLength]: the images' flattened patches one after another.</param>
    /// <param name="grids">The images' grids.</param>
    /// <param name="blocks">Runs each block, set up for the backward pass.</param>
    /// <returns>
    /// [Σ t·h·w / merge², outHidden · (1 + deepStackLayers)], in the order of the patches: each image token's embedding,
    /// then what is added to it behind the decoder's first layers.
    /// </returns>
    public abstract Tensor Forward(Tensor patches, IReadOnlyList<ImageGrid> grids, BlockRunner blocks);
}
