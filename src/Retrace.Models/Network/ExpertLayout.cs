using Retrace.Models.Checkpoints;

namespace Retrace.Models.Network;

/// <summary>
/// Which way round a checkpoint holds experts' matrices: as they are multiplied, [E, out, in], or the other way,
/// [E, in, out], which releases 4 of transformers and the published folders have.
/// </summary>
/// <remarks>Shapes tell. Where one of an expert's two matrices is square the other is not, and tells for both.</remarks>
/// <param name="parameters">The network's.</param>
/// <param name="checkpoint">The files.</param>
/// <param name="storedName">The name of a network's tensor in the files.</param>
internal sealed class ExpertLayout(Parameters parameters, Checkpoint checkpoint, Func<string, string> storedName)
{
    /// <summary>Whether the files hold a tensor of the network the other way round.</summary>
    /// <param name="name">Its name in the network.</param>
    public bool IsTransposed(string name)
    {
        if (!MixtureOfExperts.IsMatrix(name))
        {
            return false;
        }
        return IsSquare(name) ? Differs(MixtureOfExperts.OtherMatrix(name)) : Differs(name);
    }

    private bool IsSquare(string name) => parameters[name].shape is [_, long rows, long columns] && rows == columns;

    private bool Differs(string name)
    {
        string stored = storedName(name);
        return parameters[name].shape is [long count, long rows, long columns]
            && checkpoint.Names.Contains(stored)
            && checkpoint.Shape(stored).SequenceEqual([count, columns, rows])
            && rows != columns;
    }
}
