using Retrace.Models.Json;
using Retrace.Models.Text;

namespace Retrace.Models.Families.Qwen3VL;

/// <summary>Which variant a folder's chat template is: published folders differ in nothing else.</summary>
internal static class FolderTemplate
{
    private const string JinjaFile = "chat_template.jinja";
    private const string Key = "chat_template";

    private static readonly string[] JsonFiles = ["chat_template.json", "processor_config.json", "tokenizer_config.json"];

    // A template has the line break as it is or escaped.
    private static readonly string[] OpenedThoughts = ["<|im_start|>assistant\n<think>", @"<|im_start|>assistant\n<think>"];

    /// <summary>Whether the model's turn begins with an opened thought.</summary>
    /// <param name="directory">The model's folder; one without a template is of the other variant.</param>
    public static bool OpensThought(string directory)
    {
        string? template = Read(directory);
        int prompt = template?.LastIndexOf("add_generation_prompt", StringComparison.Ordinal) ?? -1;
        return prompt >= 0
            && Array.Exists(OpenedThoughts, opened => template!.AsSpan(prompt).Contains(opened, StringComparison.Ordinal));
    }

    private static string? Read(string directory)
    {
        string jinja = Path.Combine(directory, JinjaFile);
        return File.Exists(jinja)
            ? File.ReadAllText(jinja)
            : JsonFiles.Select(name => Path.Combine(directory, name))
                .Where(File.Exists)
                .Select(path => JsonPart.Read(
                    path, root => root.FindValue(Key) is { IsText: true } text ? text.Text() : null))
                .FirstOrDefault(text => text is not null);
    }
}
