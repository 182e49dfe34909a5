namespace Retrace.Configuration;

/// <summary>The distance between two keys, for suggesting the one that was meant.</summary>
internal static class Spelling
{
    /// <summary>
    /// Levenshtein's distance; a key given without its section, or in the wrong one, costs one more than its last part.
    /// </summary>
    public static int Distance(string written, string key)
    {
        int whole = Levenshtein(written, key);
        int lastPart = Levenshtein(LastPart(written), LastPart(key)) + 1;
        return Math.Min(whole, lastPart);
    }

    private static string LastPart(string key) => key[(key.LastIndexOf('.') + 1)..];

    private static int Levenshtein(string from, string to)
    {
        from = from[..Math.Min(from.Length, 100)]; // Longer ones are no misspelling of any key.
        int[] row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int substituted = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
