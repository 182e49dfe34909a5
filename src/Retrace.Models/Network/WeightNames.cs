using System.Text.RegularExpressions;

namespace Retrace.Models.Network;

/// <summary>The prefixes of a family's weight names, in its networks and in files.</summary>
/// <param name="Vision">The prefix of the vision encoder's weights.</param>
/// <param name="Decoder">The prefix of the decoder's weights; the head is <c>lm_head</c> in all families.</param>
/// <param name="Alternatives">
/// Prefixes that stand in some files instead of the network's own: (own, in files). Those that are the beginning of
/// another come behind it.
/// </param>
public sealed record WeightNames(
    string Vision, string Decoder, IReadOnlyList<(string Own, string Alternative)> Alternatives)
{
    /// <summary>A pattern of the vision encoder's layers, wherever their module stands in a larger one.</summary>
    public string VisionPattern => @"(.*\.)?" + Regex.Escape(Vision) + ".*";

    /// <summary>Whether a tensor or layer is the vision encoder's.</summary>
    /// <param name="name">Its name in the network.</param>
    public bool IsVision(string name) => name.StartsWith(Vision, StringComparison.Ordinal);

    /// <summary>The name that a tensor or layer has in the network, whichever of the names it is given by.</summary>
    public string Own(string name)
    {
        foreach ((string own, string alternative) in Alternatives)
        {
            if (name.StartsWith(alternative, StringComparison.Ordinal))
            {
                return string.Concat(own, name.AsSpan(alternative.Length));
            }
        }
        return name;
    }

    /// <summary>The other name under which files may hold a tensor; the same where there is none.</summary>
    /// <param name="name">Its name in the network.</param>
    public string Alternative(string name)
    {
        foreach ((string own, string alternative) in Alternatives)
        {
            if (name.StartsWith(own, StringComparison.Ordinal))
            {
                return string.Concat(alternative, name.AsSpan(own.Length));
            }
        }
        return name;
    }
}
