using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Retrace.Models.Text;

namespace Retrace.Models.Tests.Text;

public sealed class TokenizerTests
{
    // tests/reference/qwen_token_ids.mjs wrote both files.
    private const string Published = "QwenTokenizer.json";
    private static readonly ReferenceCase[] Cases = ReferenceData.Read<ReferenceCase[]>("QwenTokenIds.json");

    private static readonly Lazy<Tokenizer> Whole = new(() => LoadWhole(ReferenceData.Text(Published)));
    private static readonly Lazy<Tokenizer> InParts = new(LoadParts);

    // Letters, marks, digits, symbols and spaces of several scripts, line breaks, halves of a surrogate pair.
    private static readonly Gen<string> AnyText = Gen.OneOf(
        Gen.String,
        Gen.String[Gen.Char["aAsStT'0 \n\r\t.,\\{}<|>é½中か한\u00A0\u017F"]],
        Gen.String[Gen.Char["ao\u0301\u0323\u0308か\u3099\u1112\u1161\u11AB\uD83D\uDE00"]]);

    [Fact]
    public void Every_string_has_the_published_ids() => AssertPublishedIds(Whole.Value);

    [Fact]
    public void Vocabulary_and_merges_in_files_of_their_own_give_the_published_ids() =>
        AssertPublishedIds(InParts.Value);

    [Fact]
    public void Decoding_gives_the_text_in_form_C() => AnyText.Sample(text =>
        Assert.Equal(CanonicalNormalization.Compose(text), Whole.Value.Decode(Whole.Value.Encode(text))));

    [Fact]
    public void Decoding_keeps_special_tokens_when_asked_to() => Gen.Select(AnyText, AnyText).Sample((before, after) =>
        Assert.Equal(
            CanonicalNormalization.Compose(before) + "<|im_end|>" + CanonicalNormalization.Compose(after),
            Whole.Value.Decode(Whole.Value.Encode(before + "<|im_end|>" + after), skipSpecial: false)));

    [Fact]
    public void Skipping_leaves_out_special_tokens_only() => Assert.Equal(
        "user\nHi\n<think>",
        Whole.Value.Decode(Whole.Value.Encode("<|im_start|>user\nHi<|im_end|>\n<think>")));

    [Fact]
    public void Bytes_that_are_no_text_decode_to_the_replacement_character()
    {
        int[] ids = Whole.Value.Encode("\u212B");
        int[] bytes = [.. "€"u8.ToArray().Select(value => Whole.Value.IdOf(ByteAlphabet.Encode([value]))!.Value)];
        Assert.Equal("Å", Whole.Value.Decode(ids));
        Assert.Equal("€", Whole.Value.Decode(bytes));
        Assert.Equal("\uFFFD", Whole.Value.Decode(bytes[..2]));
        Assert.Equal("\uFFFDa", Whole.Value.Decode([bytes[0], .. Whole.Value.Encode("a")]));
    }

    [Fact]
    public void Ids_without_a_token_are_left_out()
    {
        Tokenizer tokenizer = Whole.Value;
        Assert.Equal(151669, tokenizer.VocabularySize);
        Assert.Equal("ab", tokenizer.Decode([64, -1, tokenizer.VocabularySize, int.MaxValue, 65]));
        Assert.Empty(tokenizer.TokenBytes(-1));
    }

    [Fact]
    public void Tokens_are_found_by_name()
    {
        Assert.Equal(151645, Whole.Value.IdOf("<|im_end|>"));
        Assert.Equal(220, Whole.Value.IdOf("Ġ"));
        Assert.Null(Whole.Value.IdOf("no such token"));
    }

    [Fact]
    public void Older_and_newer_merges_read_alike()
    {
        JsonNode root = JsonNode.Parse(ReferenceData.Text(Published))!;
        JsonArray merges = root["model"]!["merges"]!.AsArray();
        root["model"]!["merges"] = new JsonArray(
            [.. merges.Select(merge => (JsonNode)new JsonArray([.. merge!.GetValue<string>().Split(' ')
                .Select(part => (JsonNode)part)]))]);
        AssertPublishedIds(LoadWhole(root.ToJsonString()));
    }

    [Fact]
    public void A_folder_without_tokenizer_files_is_named()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(folder.Path, Complaint.Of(() => ModelFamilies.Default.LoadTokenizer(folder.Path)));
    }

    [Theory]
    [InlineData("$.normalizer", """{"type": "NFKC"}""", "NFC")]
    [InlineData("$.normalizer", "null", "NFC")]
    [InlineData("$.pre_tokenizer", """{"type": "Whitespace"}""", "Qwen2")]
    [InlineData("$.model.type", "\"Unigram\"", "Unigram")]
    [InlineData("$.model.vocab", """{"a": 0}""", "byte")]
    [InlineData("$.model.merges", """["a b c"]""", "a b c")]
    [InlineData("$.model.merges", """["a Ġ"]""", "'a' and 'Ġ'")]
    [InlineData("$.model.merges", """["t h", "i n", "t h"]""", "'t' and 'h' twice")]
    [InlineData("$.model.merges", "[null]", "model.merges[0]")]
    [InlineData("$.model.merges", "[[\"a\", null]]", "model.merges[0][1]")]
    [InlineData("$.added_tokens[0].content", "\"\"", "151643")]
    [InlineData("$.added_tokens[0].content", "null", "content")]
    [InlineData("$.added_tokens[0].content", "\"<|im_end|>\"", "<|im_end|>")]
    [InlineData("$.added_tokens[0].id", "151644", "151644")]
    [InlineData("$.added_tokens[0].id", "-1", "-1")]
    [InlineData("$.added_tokens[0].id", "2000000000", "2000000000")]
    [InlineData("$.added_tokens[0].id", "20000000000", "id")]
    [InlineData("$.added_tokens[0].lstrip", "true", "lstrip")]
    public void What_cannot_be_used_is_named(string path, string value, string expected)
    {
        JsonNode root = JsonNode.Parse(ReferenceData.Text(Published))!;
        JsonTree.Find(root, path).ReplaceWith(JsonNode.Parse(value));
        string message = Complaint.Of(() => LoadWhole(root.ToJsonString()));
        Assert.Contains("tokenizer.json", message);
        Assert.Contains(expected, message);
    }

    [Theory]
    [InlineData("model")]
    [InlineData("normalizer")]
    [InlineData("pre_tokenizer")]
    [InlineData("added_tokens")]
    public void A_missing_key_is_named(string key)
    {
        JsonObject root = JsonNode.Parse(ReferenceData.Text(Published))!.AsObject();
        root.Remove(key);
        string message = Complaint.Of(() => LoadWhole(root.ToJsonString()));
        Assert.Contains($"\"{key}\"", message);
    }

    [Fact]
    public void No_damage_brings_anything_but_a_complaint()
    {
        string trained = TrainedWhole();
        int complaints = 0;
        foreach (string damaged in JsonTree.Damaged(JsonNode.Parse(trained)!))
        {
            complaints += Complaint.IsAllThatCanComeOf(() => LoadWhole(damaged).Encode("ab <|im_end|> \u0301")) ? 1 : 0;
        }
        Assert.True(complaints > 100);
    }

    [Fact]
    public void No_damaged_byte_brings_anything_but_a_complaint()
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(TrainedWhole());
        using var folder = new TemporaryFolder();
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte).Sample(
            (position, value) =>
            {
                byte[] damaged = [.. bytes];
                damaged[position] = value;
                File.WriteAllBytes(folder.Combine("tokenizer.json"), damaged);
                Complaint.IsAllThatCanComeOf(() => ModelFamilies.Default.LoadTokenizer(folder.Path));
            },
            iter: 300,
            threads: 1);
    }

    [Fact]
    public void Broken_parts_are_named()
    {
        using var folder = new TemporaryFolder();
        ModelFamilies.Default.TrainTokenizer(["abab abab"], 300, folder.Path);
        File.Delete(folder.Combine("tokenizer.json"));
        string settings = File.ReadAllText(folder.Combine("tokenizer_config.json"));

        folder.Write("tokenizer_config.json", settings.Replace("\"258\"", "\"x\"", StringComparison.Ordinal));
        Assert.Contains("tokenizer_config.json", Complaint.Of(() => ModelFamilies.Default.LoadTokenizer(folder.Path)));
        folder.Write("tokenizer_config.json", "[]");
        Assert.Contains("tokenizer_config.json", Complaint.Of(() => ModelFamilies.Default.LoadTokenizer(folder.Path)));
        folder.Write("tokenizer_config.json", settings);
        folder.Write("merges.txt", "a b\nab\n");
        Assert.Contains("'ab'", Complaint.Of(() => ModelFamilies.Default.LoadTokenizer(folder.Path)));
        folder.Write("merges.txt", "#version: 0.2\na b\nab ab\n");
        folder.Write("vocab.json", "{\"a\": 0");
        Assert.Contains("vocab.json", Complaint.Of(() => ModelFamilies.Default.LoadTokenizer(folder.Path)));
        File.Delete(folder.Combine("merges.txt"));
        Assert.Contains("merges.txt", Complaint.Of(() => ModelFamilies.Default.LoadTokenizer(folder.Path)));
    }

    [Fact]
    public void Tokens_of_added_tokens_json_count_once()
    {
        using var folder = new TemporaryFolder();
        WriteParts(folder);
        folder.Write("added_tokens.json", """{"<|im_end|>": 151645, "<extra>": 151700}""");
        Tokenizer tokenizer = ModelFamilies.Default.LoadTokenizer(folder.Path);
        Assert.Equal([151645, 151700, 64], tokenizer.Encode("<|im_end|><extra>a"));
        Assert.Equal("<extra>a", tokenizer.Decode([151645, 151700, 64]));
    }

    private static void AssertPublishedIds(Tokenizer tokenizer)
    {
        string[] different =
        [
            .. Cases.Select(expected => (Expected: expected, Actual: tokenizer.Encode(expected.Text)))
                .Where(pair => !pair.Actual.SequenceEqual(pair.Expected.Ids))
                .Select(pair => $"{JsonSerializer.Serialize(pair.Expected.Text)}: "
                    + $"[{string.Join(", ", pair.Actual)}] instead of [{string.Join(", ", pair.Expected.Ids)}]"),
        ];
        Assert.True(Cases.Length > 300);
        Assert.Empty(different);
    }

    private static string TrainedWhole()
    {
        using var folder = new TemporaryFolder();
        ModelFamilies.Default.TrainTokenizer(["abab abab"], 300, folder.Path);
        return File.ReadAllText(folder.Combine("tokenizer.json"));
    }

    private static Tokenizer LoadWhole(string json)
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", json);
        return ModelFamilies.Default.LoadTokenizer(folder.Path);
    }

    private static Tokenizer LoadParts()
    {
        using var folder = new TemporaryFolder();
        WriteParts(folder);
        return ModelFamilies.Default.LoadTokenizer(folder.Path);
    }

    // The hub's older form of the same tokenizer.
    private static void WriteParts(TemporaryFolder folder)
    {
        JsonNode root = JsonNode.Parse(ReferenceData.Text(Published))!;
        var decoder = new JsonObject();
        foreach (JsonNode? token in root["added_tokens"]!.AsArray())
        {
            var flags = token!.DeepClone().AsObject();
            flags.Remove("id");
            decoder.Add(token["id"]!.ToString(), flags);
        }
        IEnumerable<string> merges = root["model"]!["merges"]!.AsArray().Select(merge => merge!.GetValue<string>());
        folder.Write("vocab.json", root["model"]!["vocab"]!.ToJsonString());
        folder.Write("merges.txt", "#version: 0.2\n" + string.Join('\n', merges) + "\n");
        folder.Write(
            "tokenizer_config.json",
            new JsonObject { ["added_tokens_decoder"] = decoder, ["eos_token"] = "<|im_end|>" }.ToJsonString());
    }

    private sealed record ReferenceCase(string Text, int[] Ids);
}
