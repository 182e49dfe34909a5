using System.Text.Json.Nodes;

namespace Retrace.Models.Tests;

/// <summary>Ways to damage a JSON document.</summary>
internal static class JsonTree
{
    private const int MostChildren = 60;
    private const int ChildrenOfLargeNodes = 4;

    private static readonly string[] WrongValues = ["null", "true", "-1", "1.5", "1e99", "\"x\"", "[]", "{}", "[null]"];

    /// <summary>The node at a path such as <c>$.a.b[0]</c>.</summary>
    public static JsonNode Find(JsonNode root, string path)
    {
        JsonNode node = root;
        foreach (string step in path.Split(['.', '[', ']'], StringSplitOptions.RemoveEmptyEntries)[1..])
        {
            node = int.TryParse(step, out int index) ? node[index]! : node[step]!;
        }
        return node;
    }

    /// <summary>The document with one node removed or replaced by a value of another kind, for every node.</summary>
    /// <remarks>Of an object or list with very many members the first few are taken.</remarks>
    public static IEnumerable<string> Damaged(JsonNode root)
    {
        foreach (JsonNode node in Below(root))
        {
            JsonNode parent = node.Parent!;
            if (parent is JsonObject owner)
            {
                string key = node.GetPropertyName();
                int place = owner.IndexOf(key);
                owner.Remove(key);
                yield return root.ToJsonString();
                foreach (string wrong in WrongValues)
                {
                    owner.Insert(place, key, JsonNode.Parse(wrong));
                    yield return root.ToJsonString();
                    owner.Remove(key);
                }
                owner.Insert(place, key, node);
            }
            else
            {
                JsonArray list = parent.AsArray();
                int index = node.GetElementIndex();
                list.RemoveAt(index);
                yield return root.ToJsonString();
                foreach (string wrong in WrongValues)
                {
                    list.Insert(index, JsonNode.Parse(wrong));
                    yield return root.ToJsonString();
                    list.RemoveAt(index);
                }
                list.Insert(index, node);
            }
        }
    }

    private static List<JsonNode> Below(JsonNode node)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject owner => owner.Select(pair => pair.Value),
            JsonArray list => list,
            _ => [],
        };
        JsonNode[] all = [.. children.OfType<JsonNode>()];
        int count = all.Length > MostChildren ? ChildrenOfLargeNodes : all.Length;
        return [.. all[..count].SelectMany(child => Below(child).Prepend(child))];
    }
}
