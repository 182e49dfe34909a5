using Retrace.Models.Qwen;
using static TorchSharp.torch;

namespace Retrace.Models.Checkpoints;

/// <summary>Finds a model's weights in a checkpoint, whichever of the two naming schemes wrote it.</summary>
internal static class WeightNames
{
    // Newer tools nest both parts under "model."; the older names are the ones Retrace writes.
    private static readonly (string Older, string Newer)[] Prefixes =
    [
        ("visual.", "model.visual."),
        ("model.", "model.language_model."),
    ];

    /// <summary>
    /// Checks that a checkpoint has what a configuration asks for, before memory is taken for a model that may not exist.
    /// </summary>
    /// <exception cref="BadInputException">A tensor is missing or has another shape than config.json asks for.</exception>
    public static void Check(QwenConfig config, Checkpoint checkpoint, string directory)
    {
        using var layout = new QwenModel(config, ScalarType.Float32, META); // Shapes without memory.
        foreach (var _ in Stored(layout, checkpoint, directory))
        {
            // Each is checked on the way.
        }
    }

    /// <summary>Fills every tensor of the model.</summary>
    /// <exception cref="BadInputException">As for <see cref="Check"/>.</exception>
    public static void CopyInto(QwenModel model, Checkpoint checkpoint, string directory)
    {
        using var noGrad = no_grad();
        foreach ((string stored, Tensor destination) in Stored(model, checkpoint, directory))
        {
            checkpoint.CopyTo(stored, destination);
        }
    }

    // The model's tensors, each with its name in the checkpoint.
    private static IEnumerable<(string Stored, Tensor Destination)> Stored(
        QwenModel model, Checkpoint checkpoint, string directory)
    {
        var present = checkpoint.Names.ToHashSet();
        foreach (string name in model.Parameters.Names)
        {
            string stored = present.Contains(name) ? name : NewerName(name);
            if (!present.Contains(stored))
            {
                throw new BadInputException(
                    $"The weights in {directory} lack the tensor '{name}', which its config.json asks for.");
            }
            Tensor destination = model.Parameters[name];
            long[] shape = checkpoint.Shape(stored);
            if (!shape.SequenceEqual(destination.shape))
            {
                throw new BadInputException(
                    $"The tensor '{stored}' in {directory} has the shape [{string.Join(", ", shape)}]; its config.json "
                    + $"asks for [{string.Join(", ", destination.shape)}].");
            }
            yield return (stored, destination);
        }
    }

    /// <summary>The name of a tensor or a layer in the older scheme, whichever of the two it is given in.</summary>
    public static string Older(string name)
    {
        foreach ((string older, string newer) in Prefixes)
        {
            if (name.StartsWith(newer, StringComparison.Ordinal))
            {
                return string.Concat(older, name.AsSpan(newer.Length));
            }
        }
        return name;
    }

    private static string NewerName(string name)
    {
        foreach ((string older, string newer) in Prefixes)
        {
            if (name.StartsWith(older, StringComparison.Ordinal))
            {
                return string.Concat(newer, name.AsSpan(older.Length));
            }
        }
        return name;
    }
}
