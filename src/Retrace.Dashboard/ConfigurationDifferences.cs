using System.Xml.Linq;
using Retrace.Runs;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Retrace.Dashboard;

/// <summary>In which settings runs differ.</summary>
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

    /// <summary>A table; nothing where there is nothing to compare.</summary>
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

    /// <summary>Its settings by their keys, such as <c>rollout.group</c>; none where the text is no such YAML.</summary>
    public static IReadOnlyDictionary<string, string> Read(string yaml)
    {
        Dictionary<string, string> settings = [];
        try
        {
            YamlStream stream = [];
            stream.Load(new StringReader(yaml));
            if (stream.Documents is [{ RootNode: YamlMappingNode root }])
            {
                Collect(root, "", settings);
            }
        }
        catch (YamlException)
        {
            settings.Clear(); // A file that is just being written.
        }
        return settings;
    }

    private static void Collect(YamlMappingNode mapping, string prefix, Dictionary<string, string> settings)
    {
        foreach ((YamlNode name, YamlNode value) in mapping.Children)
        {
            string key = prefix + name;
            if (value is YamlMappingNode section && prefix.Length == 0)
            {
                Collect(section, $"{key}.", settings); // Ours are one level deep.
            }
            else if (value is YamlScalarNode scalar)
            {
                settings[key] = scalar.Value ?? "";
            }
        }
    }
}
