using Retrace.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>Finds a network's weights in a checkpoint, whichever of its family's names the checkpoint uses.</summary>
internal static class StoredWeights
{
    /// <summary>
    /// Checks that a checkpoint has what a configuration asks for, before memory is allocated for it.
    /// </summary>
    /// <exception cref="BadInputException">
    /// A tensor is missing or has another shape than config.json asks for.
    /// </exception>
    public static void Check(ModelConfig config, Checkpoint checkpoint, string directory)
    {
        QuantisedWeights.RefuseAmong(checkpoint.Names, directory);
        using var layout = new VisionLanguageNetwork(config, ScalarType.Float32, META); // Shapes without memory.
        foreach (var _ in Stored(layout, checkpoint, directory))
        {
            // Each is checked on the way.
        }
    }

    /// <summary>Fills every tensor of the network.</summary>
    /// <exception cref="BadInputException">As for <see cref="Check"/>.</exception>
    public static void CopyInto(VisionLanguageNetwork network, Checkpoint checkpoint, string directory)
    {
        using var noGrad = no_grad();
        foreach ((string stored, Tensor destination, bool isTransposed) in Stored(network, checkpoint, directory))
        {
            if (isTransposed)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor values = empty(checkpoint.Shape(stored), destination.dtype, CPU);
                checkpoint.CopyTo(stored, values);
                destination.copy_(values.transpose(1, 2));
            }
            else
            {
                checkpoint.CopyTo(stored, destination);
            }
        }
    }

    // The network's tensors, each with its name in the checkpoint, and whether it lies there the other way round.
    private static IEnumerable<(string Stored, Tensor Destination, bool IsTransposed)> Stored(
        VisionLanguageNetwork network, Checkpoint checkpoint, string directory)
    {
        var present = checkpoint.Names.ToHashSet();
        var layout = new ExpertLayout(network.Parameters, checkpoint, NameOf);
        foreach (string name in network.Parameters.Names)
        {
            string stored = NameOf(name);
            if (!present.Contains(stored))
            {
                throw new BadInputException(
                    $"The weights in {directory} lack the tensor '{name}', which its config.json asks for.");
            }
            Tensor destination = network.Parameters[name];
            long[] shape = checkpoint.Shape(stored);
            bool isTransposed = layout.IsTransposed(name);
            if (!shape.SequenceEqual(destination.shape) && !isTransposed)
            {
                throw new BadInputException(
                    $"The tensor '{stored}' in {directory} has the shape [{string.Join(", ", shape)}]; its config.json "
                    + $"asks for [{string.Join(", ", destination.shape)}].");
            }
            yield return (stored, destination, isTransposed);
        }

        string NameOf(string name) =>
            present.Contains(name) ? name : network.Config.Family.WeightNames.Alternative(name);
    }
}
