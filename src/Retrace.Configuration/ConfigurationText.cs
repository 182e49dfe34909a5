using System.Text;

namespace Retrace.Configuration;

/// <summary>Writes a configuration as YAML.</summary>
internal static class ConfigurationText
{
    public static string Write(RunConfiguration configuration, bool explain)
    {
        StringBuilder yaml = new();
        string? section = null;
        foreach (ConfigurationKey key in ConfigurationKey.All)
        {
            if (key.Section != section)
            {
                section = key.Section;
                if (explain)
                {
                    yaml.Append('\n').Append("# ").Append(key.SectionExplanation).Append('\n');
                }
                yaml.Append(section).Append(":\n");
            }
            string indent = section is null ? "" : "  ";
            if (explain)
            {
                yaml.Append(indent).Append("# ").Append(key.Explanation).Append('\n');
            }
            yaml.Append(indent).Append(key.Name).Append(": ").Append(key.Format(configuration)).Append('\n');
        }
        return yaml.ToString();
    }
}
