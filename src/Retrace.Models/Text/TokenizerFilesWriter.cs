using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Retrace.Models.Text;

/// <summary>Writes a vocabulary as the files that Hugging Face's tokenizers read.</summary>
internal static class TokenizerFilesWriter
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="directory">Created if it does not exist.</param>
    /// <param name="tokens">The vocabulary in the byte alphabet; a token's place is its id.</param>
    /// <param name="merges">The first to be merged first.</param>
    /// <param name="rules">How text is cut into pieces.</param>
    /// <param name="chat">
    /// The chat format, which tools read from here, too; its special tokens take the ids after the vocabulary's.
    /// </param>
    public static void Write(
        string directory,
        IReadOnlyList<string> tokens,
        IReadOnlyList<(string Left, string Right)> merges,
        TokenizerRules rules,
        ChatTemplate chat)
    {
        Directory.CreateDirectory(directory);
        AddedToken[] added =
            [.. chat.SpecialTokens.Select((token, i) => new AddedToken(tokens.Count + i, token, Special: true))];
        WriteJson(directory, TokenizerFiles.Whole, Whole(tokens, merges, added, rules));
        WriteJson(directory, TokenizerFiles.VocabularyOnly, Vocabulary(tokens));
        WriteJson(directory, TokenizerFiles.Settings, Settings(added, rules, chat));
        // Once more for transformers' processor, which does not ask the tokenizer for it.
        WriteJson(directory, "chat_template.json", new JsonObject { ["chat_template"] = chat.Jinja });
        var lines = new StringBuilder("#version: 0.2\n");
        foreach ((string left, string right) in merges)
        {
            lines.Append(left).Append(' ').Append(right).Append('\n');
        }
        File.WriteAllText(Path.Combine(directory, TokenizerFiles.MergesOnly), lines.ToString());
    }

    private static void WriteJson(string directory, string name, JsonObject content) =>
        File.WriteAllText(Path.Combine(directory, name), content.ToJsonString(Options) + "\n");

    private static JsonObject Whole(
        IReadOnlyList<string> tokens,
        IReadOnlyList<(string Left, string Right)> merges,
        AddedToken[] added,
        TokenizerRules rules) => new()
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. added.Select(token => WithId(token))]),
            ["normalizer"] = new JsonObject { ["type"] = "NFC" },
            ["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(
                    new JsonObject
                    {
                        ["type"] = "Split",
                        ["pattern"] = new JsonObject { ["Regex"] = rules.Pattern },
                        ["behavior"] = "Isolated",
                        ["invert"] = false,
                    },
                    ByteLevel()),
            },
            ["post_processor"] = ByteLevel(),
            ["decoder"] = ByteLevel(),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = "",
                ["end_of_word_suffix"] = "",
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["ignore_merges"] = false,
                ["vocab"] = Vocabulary(tokens),
                ["merges"] = new JsonArray(
                    [.. merges.Select(merge => (JsonNode)JsonValue.Create($"{merge.Left} {merge.Right}")!)]),
            },
        };

    private static JsonObject ByteLevel() => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = false,
        ["trim_offsets"] = false,
        ["use_regex"] = false,
    };

    private static JsonObject Vocabulary(IReadOnlyList<string> tokens)
    {
        var vocabulary = new JsonObject();
        for (int id = 0; id < tokens.Count; id++)
        {
            vocabulary.Add(tokens[id], id);
        }
        return vocabulary;
    }

    private static JsonObject Settings(AddedToken[] added, TokenizerRules rules, ChatTemplate chat)
    {
        var decoder = new JsonObject();
        foreach (AddedToken token in added)
        {
            decoder.Add(token.Id.ToString(), Flags(token));
        }
        return new JsonObject
        {
            ["add_bos_token"] = false,
            ["add_prefix_space"] = false,
            ["added_tokens_decoder"] = decoder,
            ["additional_special_tokens"] = new JsonArray(
                [.. added.Select(token => (JsonNode)JsonValue.Create(token.Content)!)]),
            ["bos_token"] = null,
            ["chat_template"] = chat.Jinja,
            ["clean_up_tokenization_spaces"] = false,
            ["eos_token"] = chat.EndOfTurn,
            ["errors"] = "replace",
            ["pad_token"] = chat.Padding,
            ["split_special_tokens"] = false,
            ["tokenizer_class"] = rules.TokenizerClass,
            ["unk_token"] = null,
        };
    }

    private static JsonObject WithId(AddedToken token)
    {
        JsonObject flags = Flags(token);
        flags.Insert(0, "id", token.Id);
        return flags;
    }

    private static JsonObject Flags(AddedToken token) => new()
    {
        ["content"] = token.Content,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = token.Special,
    };
}
