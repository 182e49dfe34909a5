using System.Text;

namespace Retrace.Dashboard.Tests;

public sealed class ConfigurationDifferencesTests
{
    [Fact]
    public void Settings_are_read_with_their_sections()
    {
        IReadOnlyDictionary<string, string> settings =
            ConfigurationDifferences.Read("steps: 3 # of all\nrollout:\n  group: 8\n  servers: \"a b\"\nseed: 0\n");
        Assert.Equal(
            [("steps", "3"), ("rollout.group", "8"), ("rollout.servers", "a b"), ("seed", "0")],
            settings.Select(setting => (setting.Key, setting.Value)));
    }

    // A run's folder may come from anybody: what is no configuration of ours is as good as none.
    [Theory]
    [InlineData("")]
    [InlineData("steps: [1, 2]")]
    [InlineData("steps: 3\nrollout: {group: 8")]
    [InlineData("a: &a x\nb: *a")]
    [InlineData("steps: 3\n- steps")]
    [InlineData("\"\\uD800\": \0")]
    [InlineData("a: {b: {c: d}}")]
    public void Of_other_texts_nothing_is_taken(string yaml) => Assert.Empty(ConfigurationDifferences.Read(yaml));

    [Theory]
    [InlineData("{a: ")]
    [InlineData("[")]
    [InlineData("? ")]
    [InlineData("- ")]
    public void A_hundred_thousand_levels_end_neither_the_process_nor_never(string level)
    {
        var yaml = new StringBuilder("a: ");
        for (int i = 0; i < 100_000; i++)
        {
            yaml.Append(level);
        }
        var thread = new Thread(() => Assert.Empty(ConfigurationDifferences.Read(yaml.ToString())), 1 << 20)
        {
            IsBackground = true,
        };
        thread.Start();
        thread.Join(); // What hangs is ended with the whole project.
    }
}
