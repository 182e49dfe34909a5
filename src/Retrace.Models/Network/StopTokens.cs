using Retrace.Models.Json;

namespace Retrace.Models.Network;

/// <summary>
/// The ids that end a sample, as <c>eos_token_id</c> gives them: one number or a list, whose first ends a turn.
/// </summary>
public static class StopTokens
{
    private const int LargestId = 1 << 24;
    private const int MostStops = 100;

    /// <summary>The ids that a part of a file names; none where it names none.</summary>
    /// <exception cref="BadInputException">There is something else, or more than any model has.</exception>
    public static IReadOnlyList<int> In(JsonPart part)
    {
        if (part.FindValue("eos_token_id") is not { } named)
        {
            return [];
        }
        int[] stops = named.IsList ? named.Integers() : [named.Integer()];
        return Array.TrueForAll(stops, id => id is >= 0 and <= LargestId) && stops.Length <= MostStops
            ? stops
            : throw named.Instead($"at most {MostStops} token ids");
    }
}
