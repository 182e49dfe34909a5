using System.Xml.Linq;
using Retrace.Runs;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Retrace.Dashboard;

/// <summary>The settings in which runs differ.</summary>
internal static class ConfigurationDifferences
{
    private const string Missing = "–";

    /// <summary>Every key that does not have the same value in all runs, with the values.</summary>
    public static IReadOnlyList<(string Key, IReadOnlyList<string> Values)> Of(IReadOnlyList<RunRecord> runs)
    {
        IReadOnlyDictionary<string, string>[] settings = [.. runs.Select(run => Read(run.ConfigText))];
        return
        [
            .. settings.SelectMany(run => run.Keys).Distinct()
                .Select(key => (
                    key,
                    (IReadOnlyList<string>)[.. settings.Select(run => run.GetValueOrDefault(key, Missing))]))
                .Where(row => row.Item2.Distinct().Count() > 1),
        ];
    }

    /// <summary>The differences as a table; empty where there is nothing to compare.</summary>
    public static IEnumerable<XElement> Table(IReadOnlyList<RunRecord> runs)
    {
        if (runs.Count < 2)
        {
            return [];
        }
        IReadOnlyList<(string Key, IReadOnlyList<string> Values)> rows = Of(runs);
        if (rows.Count == 0)
        {
            return [new XElement("p", "All settings are the same.")];
        }
        return
        [
            new XElement(
                "table",
                new XElement("thead", new XElement(
                    "tr", new XElement("th", "setting"), runs.Select(run => new XElement("th", run.Name)))),
                new XElement("tbody", rows.Select(row => new XElement(
                    "tr",
                    new XElement("td", new XElement("code", row.Key)),
                    row.Values.Select(value => new XElement("td", new XElement("code", value))))))),
        ];
    }

    /// <summary>
    /// Reads the settings of a run by their keys, such as <c>rollout.group</c>; empty if it is not such YAML.
    /// </summary>
    /// <remarks>Read event by event, so that no text can nest deeper than the stack.</remarks>
    public static IReadOnlyDictionary<string, string> Read(string yaml)
    {
        Dictionary<string, string> settings = [];
        try
        {
            Parser parser = new(new StringReader(yaml));
            parser.Consume<StreamStart>();
            if (parser.TryConsume<DocumentStart>(out _) && parser.TryConsume<MappingStart>(out _))
            {
                Collect(parser, "", settings);
            }
        }
        catch (Exception error) when (error is YamlException or InvalidOperationException)
        {
            settings.Clear(); // A file that is just being written.
        }
        return settings;
    }

    private static void Collect(Parser parser, string prefix, Dictionary<string, string> settings)
    {
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            string key = prefix + parser.Consume<Scalar>().Value;
            if (prefix.Length == 0 && parser.TryConsume<MappingStart>(out _))
            {
                Collect(parser, $"{key}.", settings); // Ours are one level deep.
            }
            else
            {
                settings[key] = parser.Consume<Scalar>().Value;
            }
        }
    }
}
