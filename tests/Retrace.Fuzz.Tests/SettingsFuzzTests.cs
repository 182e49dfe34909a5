using System.Text;
using Retrace.Configuration;
using Retrace.Testing;

namespace Retrace.Fuzz.Tests;

/// <summary>Settings in YAML.</summary>
public sealed class SettingsFuzzTests : IDisposable
{
    private static readonly string[] Pieces =
    [
        "&a ", "*a", "!!binary ", "!tag ", "- ", "? ", "{", "}", "[", "]", ": ", "|", ">", "'", "\"", "#", "---\n", "...\n", "%YAML 1.2\n",
        "\t", "<<: *a\n", "a: &a [x,x]\n", "b: [*a,*a,*a]\n", "seed: 1e999\n", "seed: 99999999999999999999\n", "steps: .nan\n", "~", "\0",
        "\u2028", "\\u", "learn: {learning_rate: 1e-999}\n", "data:\n", "  data: {data: {}}\n",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Settings()
    {
        string explained = new RunConfiguration().ToYaml(explain: true);
        string plain = new RunConfiguration().ToYaml();
        Fuzzer.Run(
            "settings",
            400,
            random => Damaged(random.Next(2) == 0 ? plain : explained, random),
            bytes => ConfigurationLayers.Read(_folder.Write("fuzzed.yaml", bytes)));
    }

    [Theory]
    [InlineData("data:\n  instruction: a\tb: \0\n")]
    [InlineData("a: &a [x,x]\nb: [*a,*a,*a]\n")]
    [InlineData("seed: *a\n")]
    [InlineData("<<: *a\n")]
    public void Aliases_and_stray_characters_are_one_sentence(string yaml) => Assert.DoesNotContain(
        '\n', Assert.Throws<BadInputException>(() => ConfigurationLayers.Read(_folder.Write("a.yaml", yaml))).Message);

    private static byte[] Damaged(string seed, Random random)
    {
        for (int times = random.Next(4); times > 0; times--)
        {
            string piece = Pieces[random.Next(Pieces.Length)];
            string inserted = random.Next(10) == 0 ? string.Concat(Enumerable.Repeat(piece, random.Next(20_000))) : piece;
            seed = seed.Insert(random.Next(seed.Length + 1), inserted);
        }
        byte[] bytes = Encoding.UTF8.GetBytes(seed);
        return random.Next(2) == 0 ? ByteMutation.Of(bytes, random) : bytes;
    }
}
