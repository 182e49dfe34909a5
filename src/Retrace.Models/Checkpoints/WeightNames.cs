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

    /// <summary>Fills every tensor of the model.</summary>
    /// <exception cref="BadInputException">A tensor is missing or has another shape than config.json asks for.</exception>
    public static void CopyInto(QwenModel model, Checkpoint checkpoint, string directory)
    {
        var present = checkpoint.Names.ToHashSet();
        using var noGrad = no_grad();
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
            checkpoint.CopyTo(stored, destination);
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
