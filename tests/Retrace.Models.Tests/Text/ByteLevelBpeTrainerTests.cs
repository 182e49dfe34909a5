using CsCheck;
using Retrace.Models.Network;
using Retrace.Models.Text;

namespace Retrace.Models.Tests.Text;

public sealed class ByteLevelBpeTrainerTests
{
    private static readonly ModelFamily Family = ModelFamilies.Default;

    private static readonly string[] Files = ["tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json"];

    private static readonly Gen<string[]> Corpus = Gen.String[Gen.Char["abc '\n1."], 0, 30].Array[0, 6];

    // The words are those of Qwen2's rules, with their leading space (Ġ):
    //   abab abab    → a b (4 times), then ab ab (2 times); the rest occurs once
    //   xy xy zw zw  → three pairs occur twice; the smallest ids win: x y, z w, then Ġ zw
    //   aaaa aaaa    → a a (6 times, overlapping), then aa aa
    [Theory]
    [InlineData("abab abab", "a b|ab ab")]
    [InlineData("xy xy zw zw", "x y|z w|Ġ zw")]
    [InlineData("aaaa aaaa", "a a|aa aa")]
    [InlineData("é é é", "Ã ©|Ġ Ã©")]
    [InlineData("e\u0301 é é", "Ã ©|Ġ Ã©")]
    [InlineData("q<|im_end|>q<|im_end|>q", "")]
    [InlineData("once", "")]
    public void Merges_are_those_computed_by_hand(string corpus, string merges) =>
        Assert.Equal(merges.Split('|', StringSplitOptions.RemoveEmptyEntries), MergesOf([corpus], 1000));

    [Fact]
    public void Training_stops_at_the_size_wanted()
    {
        Assert.Equal(["x y"], MergesOf(["xy xy zw zw"], 256 + 1 + Family.Chat.SpecialTokens.Count));
        Assert.Empty(MergesOf(["xy xy zw zw"], 256 + Family.Chat.SpecialTokens.Count));
        using var folder = new TemporaryFolder();
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Family.TrainTokenizer(["a"], 256, folder.Path));
    }

    [Fact]
    public void Pairs_counted_afresh_for_every_merge_give_the_same_merges() => Corpus.Sample(
        corpus => Assert.Equal(NaiveMerges(corpus, 12), MergesOf(corpus, 256 + 12 + Family.Chat.SpecialTokens.Count)),
        iter: 200,
        threads: 1);

    [Fact]
    public void The_order_of_the_texts_does_not_matter()
    {
        string[] corpus = ["the angle is 40 degrees", "the area of the triangle", "angle of the triangle"];
        using var first = new TemporaryFolder();
        using var second = new TemporaryFolder();
        Family.TrainTokenizer(corpus, 300, first.Path);
        Family.TrainTokenizer(corpus.Reverse(), 300, second.Path);
        foreach (string file in Files)
        {
            Assert.Equal(File.ReadAllBytes(first.Combine(file)), File.ReadAllBytes(second.Combine(file)));
        }
    }

    [Fact]
    public void Both_forms_of_the_files_read_alike()
    {
        using var folder = new TemporaryFolder();
        Family.TrainTokenizer(
            ["the angle is \"40\" degrees \\frac & <b>", "the area of the triangle"], 300, folder.Path);
        Tokenizer whole = Family.LoadTokenizer(folder.Path);
        File.Delete(folder.Combine("tokenizer.json"));
        Tokenizer parts = Family.LoadTokenizer(folder.Path);

        Assert.Equal(whole.VocabularySize, parts.VocabularySize);
        Assert.Equal(whole.VocabularySize - 6, whole.IdOf("<|im_end|>"));
        Gen.String[Gen.Char["the angltri40<|im_end|>\\é"]].Sample(text =>
        {
            Assert.Equal(whole.Encode(text), parts.Encode(text));
            Assert.Equal(text, parts.Decode(parts.Encode(text), skipSpecial: false));
        });
        Assert.Equal("a", parts.Decode(parts.Encode("<|im_start|>a<|im_end|>")));
    }

    private static string[] MergesOf(string[] corpus, int size)
    {
        using var folder = new TemporaryFolder();
        Family.TrainTokenizer(corpus, size, folder.Path);
        return File.ReadAllLines(folder.Combine("merges.txt"))[1..];
    }

    private static List<string> NaiveMerges(string[] corpus, int count)
    {
        List<string> tokens = [.. ByteAlphabet.Characters.Select(character => character.ToString())];
        List<List<string>> words =
        [
            .. corpus.SelectMany(text => Family.TokenizerRules.Split(text).Select(piece => ByteAlphabet
                .Encode(System.Text.Encoding.UTF8.GetBytes(text, piece.Offset, piece.Length))
                .Select(character => character.ToString()).ToList())),
        ];
        List<string> merges = [];
        while (merges.Count < count)
        {
            var best = words
                .SelectMany(word => word.Zip(word.Skip(1)))
                .CountBy(pair => pair)
                .Where(pair => pair.Value >= 2)
                .OrderByDescending(pair => pair.Value)
                .ThenBy(pair => tokens.IndexOf(pair.Key.First))
                .ThenBy(pair => tokens.IndexOf(pair.Key.Second))
                .FirstOrDefault();
            if (best.Value == 0)
            {
                break;
            }
            (string left, string right) = best.Key;
            merges.Add($"{left} {right}");
            tokens.Add(left + right);
            foreach (List<string> word in words)
            {
                for (int i = 0; i + 1 < word.Count; i++)
                {
                    if (word[i] == left && word[i + 1] == right)
                    {
                        word[i] = left + right;
                        word.RemoveAt(i + 1);
                    }
                }
            }
        }
        return merges;
    }
}
