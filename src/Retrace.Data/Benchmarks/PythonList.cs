using System.Text;

namespace Retrace.Data.Benchmarks;

/// <summary>Lists of strings as Python writes them: <c>['one', "it's two"]</c>.</summary>
internal static class PythonList
{
    /// <exception cref="UnusableRecordException">The text is not such a list.</exception>
    public static IReadOnlyList<string> Parse(string text)
    {
        string inner = text.Trim();
        if (inner is not ['[', .., ']'])
        {
            throw new UnusableRecordException($"\"{text}\" is no list in brackets");
        }
        List<string> items = [];
        int position = 1;
        while (true)
        {
            SkipSpaces();
            if (inner[position] == ']' && position == inner.Length - 1)
            {
                return items;
            }
            items.Add(ReadItem());
            SkipSpaces();
            if (inner[position] == ',')
            {
                position++;
            }
            else if (position != inner.Length - 1)
            {
                throw new UnusableRecordException($"\"{text}\" is no list of strings with commas between them");
            }
        }

        void SkipSpaces()
        {
            while (char.IsWhiteSpace(inner[position]))
            {
                position++;
            }
        }

        string ReadItem()
        {
            char quote = inner[position];
            if (quote is not ('\'' or '"'))
            {
                throw new UnusableRecordException($"\"{text}\" holds something besides strings");
            }
            StringBuilder item = new();
            for (position++; position < inner.Length - 1; position++)
            {
                char next = inner[position];
                if (next == quote)
                {
                    position++;
                    return item.ToString();
                }
                item.Append(next == '\\' ? Unescaped(inner[++position]) : next.ToString());
            }
            throw new UnusableRecordException($"\"{text}\" has a string without an end");
        }
    }

    // What is no escape in Python keeps its backslash, as in "\pi".
    private static string Unescaped(char escaped) => escaped switch
    {
        'n' => "\n",
        't' => "\t",
        '\\' or '\'' or '"' => escaped.ToString(),
        _ => $"\\{escaped}",
    };
}
