using System.Text.Json;

namespace Retrace.Models.Text;

/// <summary>What the tokenizer files of a model folder say.</summary>
/// <param name="Vocabulary">Ids by token, in the byte alphabet.</param>
/// <param name="Merges">Pairs of tokens, the first to be merged first.</param>
/// <param name="AddedTokens">The tokens beside the vocabulary.</param>
internal sealed record TokenizerFiles(
    IReadOnlyDictionary<string, int> Vocabulary,
    IReadOnlyList<(string Left, string Right)> Merges,
    IReadOnlyList<AddedToken> AddedTokens)
{
    public const string Whole = "tokenizer.json";
    public const string VocabularyOnly = "vocab.json";
    public const string MergesOnly = "merges.txt";
    public const string Settings = "tokenizer_config.json";
    private const string AddedTokensOnly = "added_tokens.json";

    // Far above any real vocabulary; a larger id can only be an error, and a table of all ids must fit in memory.
    private const int MaximumId = 1 << 24;

    /// <exception cref="BadInputException">
    /// Neither <c>tokenizer.json</c> nor <c>vocab.json</c> with <c>merges.txt</c> can be read, or they do not describe a
    /// byte-level BPE split as Qwen2's.
    /// </exception>
    public static TokenizerFiles Read(string directory)
    {
        string whole = Path.Combine(directory, Whole);
        string vocabulary = Path.Combine(directory, VocabularyOnly);
        string merges = Path.Combine(directory, MergesOnly);
        TokenizerFiles files;
        string source;
        if (File.Exists(whole))
        {
            source = whole;
            files = ParseFile(whole, root => FromWhole(root, whole));
        }
        else if (File.Exists(vocabulary) && File.Exists(merges))
        {
            source = vocabulary;
            files = ReadParts(directory, vocabulary, merges);
        }
        else
        {
            throw new BadInputException(
                $"The model folder {directory} holds no tokenizer; it should hold {Whole}, or {VocabularyOnly} and "
                + $"{MergesOnly}.");
        }
        files.Check(source);
        return files;
    }

    private static T ParseFile<T>(string path, Func<JsonElement, T> parse)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return parse(document.RootElement);
        }
        // JsonElement throws the last three where a value is of another kind or a property is missing.
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException
            or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new BadInputException($"The tokenizer file {path} cannot be read: {error.Message}", error);
        }
    }

    private static TokenizerFiles FromWhole(JsonElement root, string path)
    {
        JsonElement model = root.GetProperty("model");
        if (model.TryGetProperty("type", out JsonElement type) && type.GetString() != "BPE")
        {
            throw new BadInputException($"The tokenizer {path} is of type {type.GetString()}; it should be BPE.");
        }
        if (!SplitsAsQwen(root.GetProperty("pre_tokenizer")))
        {
            throw new BadInputException(
                $"The tokenizer {path} does not split text with the expression of Qwen2, the one supported.");
        }
        if (root.GetProperty("normalizer") is not { ValueKind: JsonValueKind.Object } normalizer
            || normalizer.GetProperty("type").GetString() != "NFC")
        {
            throw new BadInputException($"The tokenizer {path} does not normalise text to NFC, the form supported.");
        }
        var added = new List<AddedToken>();
        foreach (JsonElement token in root.GetProperty("added_tokens").EnumerateArray())
        {
            string content = token.GetProperty("content").GetString()!;
            CheckFlags(token, content, path);
            added.Add(new AddedToken(
                token.GetProperty("id").GetInt32(), content, token.GetProperty("special").GetBoolean()));
        }
        return new TokenizerFiles(
            ReadVocabulary(model.GetProperty("vocab"), path),
            [.. model.GetProperty("merges").EnumerateArray().Select(merge => ReadMerge(merge, path))],
            added);
    }

    private static TokenizerFiles ReadParts(string directory, string vocabularyPath, string mergesPath)
    {
        IReadOnlyDictionary<string, int> vocabulary =
            ParseFile(vocabularyPath, root => ReadVocabulary(root, vocabularyPath));
        string[] lines;
        try
        {
            lines = File.ReadAllLines(mergesPath);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The tokenizer file {mergesPath} cannot be read: {error.Message}", error);
        }
        (string Left, string Right)[] merges =
        [
            .. lines.Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal))
                .Select(line => SplitMerge(line, mergesPath)),
        ];
        return new TokenizerFiles(vocabulary, merges, ReadAddedTokens(directory));
    }

    private static List<AddedToken> ReadAddedTokens(string directory)
    {
        var tokens = new List<AddedToken>();
        var specialNames = new HashSet<string>();
        string settings = Path.Combine(directory, Settings);
        if (File.Exists(settings))
        {
            tokens.AddRange(ParseFile(settings, root => ReadSettings(root, settings, specialNames)));
        }
        string addedPath = Path.Combine(directory, AddedTokensOnly);
        if (File.Exists(addedPath))
        {
            var known = tokens.Select(token => token.Content).ToHashSet();
            tokens.AddRange(ParseFile(addedPath, root => ReadVocabulary(root, addedPath))
                .Where(pair => !known.Contains(pair.Key))
                .Select(pair => new AddedToken(pair.Value, pair.Key, specialNames.Contains(pair.Key))));
        }
        return tokens;
    }

    private static List<AddedToken> ReadSettings(JsonElement root, string path, HashSet<string> specialNames)
    {
        foreach (string key in (string[])["eos_token", "pad_token", "bos_token", "unk_token"])
        {
            if (root.TryGetProperty(key, out JsonElement name) && name.ValueKind == JsonValueKind.String)
            {
                specialNames.Add(name.GetString()!);
            }
        }
        if (root.TryGetProperty("additional_special_tokens", out JsonElement names)
            && names.ValueKind == JsonValueKind.Array)
        {
            specialNames.UnionWith(names.EnumerateArray()
                .Where(name => name.ValueKind == JsonValueKind.String)
                .Select(name => name.GetString()!));
        }
        var tokens = new List<AddedToken>();
        if (root.TryGetProperty("added_tokens_decoder", out JsonElement added))
        {
            foreach (JsonProperty property in added.EnumerateObject())
            {
                string content = property.Value.GetProperty("content").GetString()!;
                CheckFlags(property.Value, content, path);
                if (!int.TryParse(property.Name, out int id))
                {
                    throw new BadInputException($"The tokenizer file {path} gives '{content}' the id {property.Name}.");
                }
                tokens.Add(new AddedToken(id, content, property.Value.GetProperty("special").GetBoolean()));
            }
        }
        return tokens;
    }

    private static void CheckFlags(JsonElement token, string content, string path)
    {
        foreach (string flag in (string[])["single_word", "lstrip", "rstrip"])
        {
            if (token.TryGetProperty(flag, out JsonElement value) && value.GetBoolean())
            {
                throw new BadInputException($"The tokenizer {path} sets {flag} for '{content}', which is not supported.");
            }
        }
    }

    private static bool SplitsAsQwen(JsonElement preTokenizer)
    {
        if (preTokenizer.ValueKind != JsonValueKind.Object)
        {
            return false;
        }
        JsonElement[] steps = preTokenizer.TryGetProperty("pretokenizers", out JsonElement sequence)
            ? [.. sequence.EnumerateArray()]
            : [preTokenizer];
        return steps is [var split, var bytes]
            && split.GetProperty("type").GetString() == "Split"
            && split.GetProperty("pattern").TryGetProperty("Regex", out JsonElement pattern)
            && pattern.GetString() == QwenPreTokenizer.Pattern
            && bytes.GetProperty("type").GetString() == "ByteLevel"
            && !bytes.GetProperty("add_prefix_space").GetBoolean();
    }

    private static Dictionary<string, int> ReadVocabulary(JsonElement vocabulary, string path)
    {
        var ids = new Dictionary<string, int>();
        foreach (JsonProperty property in vocabulary.EnumerateObject())
        {
            if (!ids.TryAdd(property.Name, property.Value.GetInt32()))
            {
                throw new BadInputException($"The tokenizer file {path} holds the token '{property.Name}' twice.");
            }
        }
        return ids;
    }

    // Older files hold "a b", newer ones ["a", "b"].
    private static (string Left, string Right) ReadMerge(JsonElement merge, string path) =>
        merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2
            ? (merge[0].GetString()!, merge[1].GetString()!)
            : SplitMerge(merge.GetString()!, path);

    private static (string Left, string Right) SplitMerge(string line, string path) =>
        line.Split(' ') is [{ Length: > 0 } left, { Length: > 0 } right]
            ? (left, right)
            : throw new BadInputException($"The tokenizer file {path} has the merge '{line}', which is no pair of tokens.");

    private void Check(string path)
    {
        foreach (char character in ByteAlphabet.Characters)
        {
            if (!Vocabulary.ContainsKey(character.ToString()))
            {
                throw new BadInputException(
                    $"The tokenizer {path} is not byte-level: its vocabulary lacks the byte '{character}'.");
            }
        }
        foreach ((string left, string right) in Merges)
        {
            if (!Vocabulary.ContainsKey(left) || !Vocabulary.ContainsKey(right) || !Vocabulary.ContainsKey(left + right))
            {
                throw new BadInputException(
                    $"The tokenizer {path} merges '{left}' and '{right}', but its vocabulary lacks one of them or the "
                    + "result.");
            }
        }
        var tokenOf = new Dictionary<int, string>();
        foreach ((string token, int id) in Vocabulary
            .Concat(AddedTokens.Select(added => KeyValuePair.Create(added.Content, added.Id))))
        {
            if (id is < 0 or > MaximumId || token.Length == 0)
            {
                throw new BadInputException($"The tokenizer {path} gives the token '{token}' the id {id}.");
            }
            if (!tokenOf.TryAdd(id, token) && tokenOf[id] != token)
            {
                throw new BadInputException($"The tokenizer {path} gives '{tokenOf[id]}' and '{token}' the same id {id}.");
            }
        }
    }
}
