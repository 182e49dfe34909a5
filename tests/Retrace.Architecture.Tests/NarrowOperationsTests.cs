using System.Text.RegularExpressions;

namespace Retrace.Architecture.Tests;

/// <summary>
/// Every operation that is called on the model's device is named in docs/gpu.md, with what is known of it on CUDA in bf16:
/// one that is new has to be looked up first.
/// </summary>
public sealed partial class NarrowOperationsTests
{
    // What gives a tensor and computes nothing.
    private static readonly string[] Handles =
    [
        "alias", "apply", "as_tensor", "cpu", "data", "detach", "DetachFromDisposeScope", "empty", "empty_like", "from_array",
        "MoveToOuterDisposeScope", "requires_grad", "tensor", "to", "tolist",
    ];

    private static readonly Dictionary<string, string> Operators = new()
    {
        ["op_Addition"] = "add",
        ["op_Subtraction"] = "sub",
        ["op_Multiply"] = "mul",
        ["op_Division"] = "div",
        ["op_UnaryNegation"] = "neg",
    };

    [Fact]
    public void The_documentation_names_all_operations_and_no_others()
    {
        string[] called =
        [
            .. TensorCode.MethodsOfTensors().Select(method => method[(method.LastIndexOf('.') + 1)..])
                .Where(name => !name.StartsWith("get_", StringComparison.Ordinal))
                .Concat(TensorCode.LinesOfScripts().SelectMany(line => OperationOfScript().Matches(line))
                    .Select(match => match.Groups[1].Value))
                .Select(name => Operators.GetValueOrDefault(name, name).TrimEnd('_'))
                .Except(Handles).Distinct(),
        ];

        string text = SourceTree.Read("docs/gpu.md");
        string section = text.Split("### Operations in bf16")[1].Split("\n### ")[0];
        string[] named = [.. Named().Matches(section).Select(match => match.Groups[1].Value).Distinct()];

        Assert.NotEmpty(called);
        Assert.Equal(called.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    // Of lists and shapes: append, numel and size.
    [GeneratedRegex(@"(?:torch|\w|\)|\])\.(?!append|numel|size)([a-z_][a-z_0-9]*)\(")]
    private static partial Regex OperationOfScript();

    [GeneratedRegex("`([a-z_0-9]+)`")]
    private static partial Regex Named();
}
