using System.Text.Json;
using Retrace.Models.Text;

namespace Retrace.Serving.Requests;

/// <summary>The prompts of a text completion: one or several, each a text or a list of token ids.</summary>
internal static class PromptTokens
{
    /// <summary>The token ids of each prompt.</summary>
    /// <param name="prompt">The request's <c>prompt</c>.</param>
    /// <param name="tokenizer">Encodes texts.</param>
    /// <param name="most">The largest number of prompts.</param>
    /// <exception cref="ApiException">It is neither of these, or there are more prompts.</exception>
    public static IReadOnlyList<int[]> Of(JsonElement? prompt, Tokenizer tokenizer, int most)
    {
        switch (prompt)
        {
            case { ValueKind: JsonValueKind.String } text:
                return [tokenizer.Encode(text.Text())];
            case { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() == 0
                || list[0].ValueKind == JsonValueKind.Number:
                return [Ids(list)];
            case { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() > most:
                throw ApiException.BadRequest($"`prompt` holds {list.GetArrayLength()} prompts; at most {most} are taken.");
            case { ValueKind: JsonValueKind.Array } list:
                return
                [
                    .. list.EnumerateArray().Select(item => item.ValueKind switch
                    {
                        JsonValueKind.String => tokenizer.Encode(item.Text()),
                        JsonValueKind.Array => Ids(item),
                        _ => throw Unreadable(),
                    }),
                ];
            default:
                throw Unreadable();
        }
    }

    private static int[] Ids(JsonElement list) =>
    [
        .. list.EnumerateArray().Select(item =>
            item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out int id) ? id : throw Unreadable()),
    ];

    private static ApiException Unreadable() =>
        ApiException.BadRequest("`prompt` must be a string, a list of token ids, or a list of these.");
}
