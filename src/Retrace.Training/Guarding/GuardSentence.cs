using Retrace.Runs;

namespace Retrace.Training.Guarding;

/// <summary>Says why the guard judges as it does.</summary>
internal static class GuardSentence
{
    /// <summary>
    /// A clause such as "entropy fell from 0.142 nats to 0.004 nats, and …": the signs that have left what is usual,
    /// those that collapse first. Null where the verdict is fine.
    /// </summary>
    public static string? Of(GuardState state)
    {
        if (state.Verdict == GuardVerdict.Fine)
        {
            return null;
        }
        string[] gone =
        [
            .. Sign.All
                .Select(sign => (Sign: sign, Known: state.Signs.GetValueOrDefault(sign.Key, SignState.Unknown)))
                .Where(one => one.Known.Level != GuardVerdict.Fine)
                .OrderByDescending(one => one.Known.Level)
                .Select(one => Clause(one.Sign, one.Known)),
        ];
        return gone switch
        {
            // The verdict outlasts its signs by the steps that it takes to be calmed.
            [] => "the signs have come back, but not for long enough",
            [string only] => only,
            [.. string[] first, string last] => $"{string.Join(", ", first)}, and {last}",
        };
    }

    private static string Clause(Sign sign, SignState known)
    {
        string now = sign.Format(known.Smoothed!.Value);
        if (sign.Scale == SignScale.Plain)
        {
            return $"{sign.Name} is {now}";
        }
        string verb = sign.Scale == SignScale.Lost ? "fell" : "rose";
        return $"{sign.Name} {verb} from {sign.Format(known.Start)} to {now}";
    }
}
