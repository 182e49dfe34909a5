using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Retrace.Reporting.Pictures;

/// <summary>
/// The light-mode style of a figure's shapes, computed from Report.css as a browser does.
/// </summary>
/// <remarks>
/// It knows what that style sheet and the figures use: selectors of element names, classes and descendants, rules by
/// specificity and order, variables, and inheritance, which all properties of shapes have.
/// </remarks>
internal sealed partial class ComputedStyle
{
    private readonly IReadOnlyList<Rule> _rules;
    private readonly Dictionary<string, string> _properties;
    private readonly IReadOnlyList<XElement> _path; // From the root to the element.

    private ComputedStyle(IReadOnlyList<Rule> rules, Dictionary<string, string> inherited, IReadOnlyList<XElement> path)
    {
        _rules = rules;
        _path = path;
        _properties = new Dictionary<string, string>(inherited);
        foreach (Rule rule in rules.Where(rule => rule.Matches(path)))
        {
            foreach ((string property, string value) in rule.Declarations)
            {
                _properties[property] = value;
            }
        }
    }

    /// <summary>The style of a figure's root.</summary>
    public static ComputedStyle OfRoot(XElement root, string styleSheet)
    {
        string plain = MediaQuery().Replace(Comment().Replace(styleSheet, ""), "");
        Rule[] rules =
        [
            .. Block().Matches(plain)
                .SelectMany((block, order) => Rule.Parse(block.Groups[1].Value, block.Groups[2].Value))
                .OrderBy(rule => rule.Specificity), // Stable: of equal ones, the later wins.
        ];
        return new ComputedStyle(rules, [], [root]);
    }

    public ComputedStyle Of(XElement child) => new(_rules, _properties, [.. _path, child]);

    /// <summary>A property's value, variables put in; null where nothing sets it.</summary>
    public string? this[string property] =>
        _properties.TryGetValue(property, out string? value) ? Resolve(value) : null;

    /// <summary>A property that is a number, with or without px.</summary>
    public float Number(string property, float otherwise) =>
        float.TryParse(this[property]?.Replace("px", ""), CultureInfo.InvariantCulture, out float number)
            ? number
            : otherwise;

    private string Resolve(string value) => Variable().Replace(value, use =>
        _properties.TryGetValue(use.Groups[1].Value, out string? set) ? Resolve(set) : use.Groups[2].Value);

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")]
    private static partial Regex MediaQuery();

    [GeneratedRegex(@"([^{}]+)\{([^{}]*)\}")]
    private static partial Regex Block();

    [GeneratedRegex(@"var\((--[\w-]+)(?:,\s*([^)]*))?\)")]
    private static partial Regex Variable();

    /// <param name="Parts">Element names and classes from the outside in, such as [".plot"], ["text"].</param>
    private sealed record Rule(
        IReadOnlyList<IReadOnlyList<string>> Parts, IReadOnlyList<KeyValuePair<string, string>> Declarations)
    {
        /// <summary>Classes count before element names.</summary>
        public int Specificity => Parts.SelectMany(part => part).Sum(name => name[0] is '.' or ':' ? 100 : 1);

        public static IEnumerable<Rule> Parse(string selectors, string declarations)
        {
            KeyValuePair<string, string>[] values =
            [
                .. declarations.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Select(declaration => declaration.Split(':', 2, StringSplitOptions.TrimEntries))
                    .Select(pair => KeyValuePair.Create(pair[0], pair[1])),
            ];
            return selectors.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(selector => new Rule([.. selector.Split(' ').Select(Compound)], values));
        }

        public bool Matches(IReadOnlyList<XElement> path)
        {
            if (!Matches(Parts[^1], path, path.Count - 1))
            {
                return false;
            }
            int part = Parts.Count - 2;
            for (int depth = path.Count - 2; depth >= 0 && part >= 0; depth--)
            {
                part -= Matches(Parts[part], path, depth) ? 1 : 0;
            }
            return part < 0;
        }

        private static IReadOnlyList<string> Compound(string selector) =>
            [.. CompoundParts().Matches(selector).Select(match => match.Value)];

        private static bool Matches(IReadOnlyList<string> names, IReadOnlyList<XElement> path, int depth)
        {
            string[] classes = path[depth].Attribute("class")?.Value.Split(' ') ?? [];
            return names.All(name => name[0] switch
            {
                '.' => classes.Contains(name[1..]),
                ':' => name == ":root" && depth == 0,
                _ => name == path[depth].Name.LocalName,
            });
        }
    }

    // What is no name or class, such as * or > or [type], stays whole, and matches no element.
    [GeneratedRegex(@"[.:]?[\w-]+|.+")]
    private static partial Regex CompoundParts();
}
