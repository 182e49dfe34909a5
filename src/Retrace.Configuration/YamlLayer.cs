using Retrace.Files;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Retrace.Configuration;

/// <summary>
/// Reads the YAML that a configuration needs and no more: scalars, at the top or in sections. Lists, deeper nesting,
/// anchors and aliases are refused, so a hostile file costs no more than its own length.
/// </summary>
internal static class YamlLayer
{
    private const long LargestFile = 1 << 20;

    /// <summary>The values in <paramref name="path"/>, in file order.</summary>
    /// <exception cref="BadInputException">The file is missing, too large, or not of that shape.</exception>
    public static IReadOnlyList<ScalarValue> Read(string path)
    {
        string text;
        try
        {
            if (InputFile.LengthOf(path) > LargestFile)
            {
                throw new BadInputException($"{path}: a configuration is no larger than 1 MiB");
            }
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: the configuration cannot be read: {error.Message}", error);
        }
        return Parse(text, path);
    }

    /// <summary>The value in <c>key=value</c>: taken as it is, unless it is quoted as YAML quotes.</summary>
    /// <exception cref="BadInputException">There is no key, or a quoted value is malformed.</exception>
    public static ScalarValue ReadOverride(string assignment)
    {
        string place = $"--set {assignment}";
        int equals = assignment.IndexOf('=');
        if (equals <= 0)
        {
            throw new BadInputException($"{place}: expected key=value, for example learn.kl=0.02");
        }
        string key = assignment[..equals].Trim();
        string text = assignment[(equals + 1)..];
        if (text.TrimStart() is not ['"' or '\'', ..])
        {
            return new ScalarValue(key, text, IsPlainNull(text), place);
        }
        try
        {
            Parser parser = new(new StringReader(text));
            parser.Consume<StreamStart>();
            parser.Consume<DocumentStart>();
            return new ScalarValue(key, parser.Consume<Scalar>().Value, IsNull: false, place);
        }
        catch (Exception error) when (error is YamlException or InvalidOperationException)
        {
            throw new BadInputException($"{place}: the quoted value is malformed: {error.Message}", error);
        }
    }

    private static List<ScalarValue> Parse(string text, string path)
    {
        try
        {
            Parser parser = new(new StringReader(text));
            List<ScalarValue> values = [];
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _))
            {
                return values; // An empty file sets nothing.
            }
            if (parser.Accept<Scalar>(out Scalar? empty) && IsNull(empty))
            {
                parser.MoveNext();
            }
            else
            {
                ReadMapping(parser, path, section: null, values);
            }
            parser.Consume<DocumentEnd>();
            if (parser.Accept<DocumentStart>(out DocumentStart? second))
            {
                throw new BadInputException($"{Place(path, second)}: a configuration is one YAML document");
            }
            return values;
        }
        catch (YamlException error)
        {
            string reason = error.Message.TrimEnd('.');
            throw new BadInputException($"{path}, line {error.Start.Line}: not valid YAML: {reason}", error);
        }
        catch (InvalidOperationException error) // Some damage the parser complains of in no other way.
        {
            throw new BadInputException($"{path}: not valid YAML", error);
        }
    }

    private static void ReadMapping(Parser parser, string path, string? section, List<ScalarValue> values)
    {
        if (!parser.TryConsume<MappingStart>(out MappingStart? start))
        {
            throw new BadInputException($"{Place(path, parser.Current!)}: expected lines of the form \"key: value\"");
        }
        Refuse(start.Anchor, start, path);
        HashSet<string> seen = new(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out Scalar? name))
            {
                throw new BadInputException($"{Place(path, parser.Current!)}: expected a key");
            }
            Refuse(name.Anchor, name, path);
            string key = section is null ? name.Value : $"{section}.{name.Value}";
            if (!seen.Add(name.Value))
            {
                throw new BadInputException($"{Place(path, name)}: {key} is given twice");
            }
            ReadValue(parser, path, key, section, values);
        }
    }

    private static void ReadValue(Parser parser, string path, string key, string? section, List<ScalarValue> values)
    {
        if (parser.TryConsume<Scalar>(out Scalar? value))
        {
            Refuse(value.Anchor, value, path);
            bool isNull = IsNull(value);
            if (!(isNull && ConfigurationLayers.IsSection(key))) // "data:" with nothing below it sets nothing.
            {
                values.Add(new ScalarValue(key, value.Value, isNull, Place(path, value)));
            }
        }
        else if (section is null && parser.Accept<MappingStart>(out MappingStart? start))
        {
            if (!ConfigurationLayers.IsSection(key))
            {
                throw ConfigurationLayers.UnknownSection(key, Place(path, start));
            }
            ReadMapping(parser, path, key, values);
        }
        else if (parser.Accept<AnchorAlias>(out AnchorAlias? alias))
        {
            throw new BadInputException($"{Place(path, alias)}: aliases are not used in a configuration");
        }
        else
        {
            throw new BadInputException($"{Place(path, parser.Current!)}: {key} must be a single value");
        }
    }

    private static bool IsNull(Scalar scalar) => scalar.Style == ScalarStyle.Plain && IsPlainNull(scalar.Value);

    private static bool IsPlainNull(string text) => text.Trim() is "" or "~" or "null" or "Null" or "NULL";

    private static void Refuse(AnchorName anchor, ParsingEvent at, string path)
    {
        if (!anchor.IsEmpty)
        {
            throw new BadInputException($"{Place(path, at)}: anchors are not used in a configuration");
        }
    }

    private static string Place(string path, ParsingEvent at) => $"{path}, line {at.Start.Line}";
}
