using System.Text;
using System.Text.Json.Nodes;

namespace Retrace.Fuzz.Tests;

/// <summary>Damage to a JSON document that mostly leaves it one: other types, huge numbers, deep nesting, keys twice.</summary>
internal static class JsonMutation
{
    private const string Mark = "\"\\uE000\""; // Stands for a text that a JsonNode cannot hold.

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1.5", "1e999", "-1e999", "1e-999", "2147483647", "2147483648", "4294967296",
        "9223372036854775807", "9223372036854775808", "123456789012345678901234567890", "\"\"", "\"x\"", "\"\\ud800\"",
        "\"\\u0000\"", "\"../../etc/passwd\"", "\"/etc/passwd\"", "\"file:///etc/passwd\"", "\"http://127.0.0.1:1/x\"",
        "[]", "{}", "[null]", "[[]]", "{\"\":null}", "NaN",
    ];

    /// <summary>The document with one to four nodes damaged; now and then some of its bytes as well.</summary>
    public static byte[] Of(string seed, Random random)
    {
        string text = seed;
        for (int times = random.Next(1, 5); times > 0; times--)
        {
            text = Once(text, random);
        }
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return random.Next(6) == 0 ? ByteMutation.Of(bytes, random) : bytes;
    }

    private static string Once(string text, Random random)
    {
        JsonNode? root;
        JsonNode? node;
        try
        {
            root = JsonNode.Parse(text);
            node = root is null ? null : Descend(root, random);
        }
        catch (Exception error) when (error is System.Text.Json.JsonException or ArgumentException or InvalidOperationException)
        {
            return text; // Broken by what was done before, a key twice for one.
        }
        if (root is null || node is null)
        {
            return Value(random);
        }
        try
        {
            string raw = random.Next(8) switch
            {
                0 => "",
                1 => Copies(node, random),
                _ => Value(random),
            };
            return Replace(root, node, raw, twice: random.Next(10) == 0);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            return text; // A key twice, or no Unicode, in a part that has not been looked at before.
        }
    }

    // A node below the root, found by steps of which each child is as likely as the next.
    private static JsonNode? Descend(JsonNode root, Random random)
    {
        JsonNode? node = null;
        JsonNode? at = root;
        while (at is JsonObject or JsonArray)
        {
            JsonNode?[] children = at is JsonObject owner ? [.. owner.Select(pair => pair.Value)] : [.. at.AsArray()];
            JsonNode? child = children.Length == 0 ? null : children[random.Next(Math.Min(children.Length, 400))];
            if (child is null)
            {
                return node;
            }
            node = child;
            at = random.Next(5) == 0 ? null : child;
        }
        return node;
    }

    // Without a text the node goes.
    private static string Replace(JsonNode root, JsonNode node, string raw, bool twice)
    {
        JsonNode? mark = raw.Length == 0 ? null : JsonNode.Parse(Mark);
        if (node.Parent is JsonObject owner)
        {
            string key = node.GetPropertyName();
            int place = owner.IndexOf(key);
            owner.RemoveAt(place);
            if (mark is not null)
            {
                owner.Insert(place, key, mark);
            }
            string keyed = $"{JsonValue.Create(key).ToJsonString()}:";
            return root.ToJsonString().Replace(Mark, twice ? $"{raw},{keyed}{raw}" : raw);
        }
        JsonArray list = node.Parent!.AsArray();
        int index = node.GetElementIndex();
        list.RemoveAt(index);
        if (mark is not null)
        {
            list.Insert(index, mark);
        }
        return root.ToJsonString().Replace(Mark, raw);
    }

    private static string Copies(JsonNode node, Random random)
    {
        string text = node.ToJsonString();
        int count = Math.Min(random.Next(2, 2000), 200_000 / (text.Length + 1));
        return $"[{string.Join(',', Enumerable.Repeat(text, count))}]";
    }

    private static string Value(Random random) => random.Next(14) switch
    {
        0 => new string('[', random.Next(1, 20_000)),
        1 => Nested(random.Next(1, 63)),
        2 => $"\"{new string((char)random.Next(32, 35), 1).Replace("\"", "x")}{new string('a', random.Next(1, 50_000))}\"",
        3 => $"{random.NextInt64()}",
        4 => $"{random.Next(-10, 100_000)}",
        _ => Values[random.Next(Values.Length)],
    };

    private static string Nested(int depth) =>
        string.Concat(Enumerable.Repeat("{\"a\":[", depth)) + string.Concat(Enumerable.Repeat("]}", depth));
}
