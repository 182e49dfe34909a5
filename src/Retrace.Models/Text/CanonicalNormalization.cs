using System.Globalization;
using System.Text;

namespace Retrace.Models.Text;

/// <summary>
/// Unicode normalization form C (Unicode Standard Annex 15), from tables of our own: <see cref="string.Normalize()"/>
/// leaves text as it is where the program runs without ICU, and token ids must be the same on every machine.
/// </summary>
internal static class CanonicalNormalization
{
    // Nothing below the combining diacritical marks decomposes and is not composed again, or combines.
    private const char FirstAffected = '\u0300';

    private const int HangulLeading = 0x1100;
    private const int HangulVowel = 0x1161;
    private const int HangulTrailing = 0x11A7;
    private const int HangulSyllable = 0xAC00;
    private const int HangulLeadingCount = 19;
    private const int HangulVowelCount = 21;
    private const int HangulTrailingCount = 28;

    private static readonly Dictionary<int, byte> CombiningClasses = [];
    private static readonly Dictionary<int, int[]> Decompositions = [];
    private static readonly Dictionary<(int First, int Second), int> Compositions = [];

    static CanonicalNormalization()
    {
        using Stream stream = typeof(CanonicalNormalization).Assembly.GetManifestResourceStream("CanonicalMappings.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            string[] fields = line.Split(' ');
            switch (fields[0])
            {
                case "C":
                    for (int code = Hexadecimal(fields[1]); code <= Hexadecimal(fields[2]); code++)
                    {
                        CombiningClasses.Add(code, byte.Parse(fields[3], CultureInfo.InvariantCulture));
                    }
                    break;
                case "D":
                case "S":
                    int composed = Hexadecimal(fields[1]);
                    int[] parts = [.. fields[2..].Select(Hexadecimal)];
                    Decompositions.Add(composed, parts);
                    if (fields[0] == "D")
                    {
                        Compositions.Add((parts[0], parts[1]), composed);
                    }
                    break;
            }
        }
    }

    /// <summary>The text in form C. Lone surrogates become U+FFFD.</summary>
    public static string Compose(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', (char)(FirstAffected - 1)))
        {
            return text;
        }
        var codes = new List<int>(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, codes);
        }
        SortMarks(codes);
        ComposePairs(codes);
        var result = new StringBuilder(codes.Count);
        foreach (int code in codes)
        {
            result.Append(new Rune(code).ToString());
        }
        return result.ToString();
    }

    private static int Hexadecimal(string digits) =>
        int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static int ClassOf(int code) => CombiningClasses.GetValueOrDefault(code);

    private static void Decompose(int code, List<int> output)
    {
        int syllable = code - HangulSyllable;
        if (syllable is >= 0 and < HangulLeadingCount * HangulVowelCount * HangulTrailingCount)
        {
            output.Add(HangulLeading + syllable / (HangulVowelCount * HangulTrailingCount));
            output.Add(HangulVowel + syllable / HangulTrailingCount % HangulVowelCount);
            if (syllable % HangulTrailingCount != 0)
            {
                output.Add(HangulTrailing + syllable % HangulTrailingCount);
            }
        }
        else if (Decompositions.TryGetValue(code, out int[]? parts))
        {
            foreach (int part in parts)
            {
                Decompose(part, output);
            }
        }
        else
        {
            output.Add(code);
        }
    }

    // Each run of marks in the order of their classes; marks of one class keep their order.
    private static void SortMarks(List<int> codes)
    {
        for (int i = 1; i < codes.Count; i++)
        {
            int mark = codes[i];
            int markClass = ClassOf(mark);
            int target = i;
            while (markClass > 0 && target > 0 && ClassOf(codes[target - 1]) > markClass)
            {
                codes[target] = codes[target - 1];
                target--;
            }
            codes[target] = mark;
        }
    }

    private static void ComposePairs(List<int> codes)
    {
        int starter = -1; // where the last character of class 0 was kept
        int lastClass = 0; // the class of what was kept last after it
        int kept = 0;
        for (int i = 0; i < codes.Count; i++)
        {
            int code = codes[i];
            int codeClass = ClassOf(code);
            // A mark of the same or a higher class between the starter and this character keeps them apart.
            bool adjacent = starter == kept - 1;
            if (starter >= 0 && (adjacent || (lastClass < codeClass && lastClass != 0))
                && ComposePair(codes[starter], code) is { } composed)
            {
                codes[starter] = composed;
                continue;
            }
            if (codeClass == 0)
            {
                starter = kept;
            }
            lastClass = codeClass;
            codes[kept++] = code;
        }
        codes.RemoveRange(kept, codes.Count - kept);
    }

    private static int? ComposePair(int first, int second)
    {
        int leading = first - HangulLeading;
        int vowel = second - HangulVowel;
        if (leading is >= 0 and < HangulLeadingCount && vowel is >= 0 and < HangulVowelCount)
        {
            return HangulSyllable + (leading * HangulVowelCount + vowel) * HangulTrailingCount;
        }
        int syllable = first - HangulSyllable;
        int trailing = second - HangulTrailing;
        if (syllable is >= 0 and < HangulLeadingCount * HangulVowelCount * HangulTrailingCount
            && syllable % HangulTrailingCount == 0 && trailing is > 0 and < HangulTrailingCount)
        {
            return first + trailing;
        }
        return Compositions.TryGetValue((first, second), out int composed) ? composed : null;
    }
}
