using System.Text.RegularExpressions;

namespace Retrace.Architecture.Tests;

/// <summary>
/// Operations that add in no fixed order on CUDA, by PyTorch's list, are named in docs/gpu.md with the types that call them.
/// </summary>
public sealed partial class UnorderedSumsTests
{
    private static readonly string[] Operations =
    [
        "Retrace.Models.Native.Indexing.RowsAt",
        "Retrace.Models.Native.Indexing.WithRowsAt",
        "Retrace.Models.Native.Indexing.PlusRowsAt",
        "Retrace.Models.Native.Indexing.AddRowsAt",
        "TorchSharp.torch/Tensor.gather",
        "TorchSharp.torch/Tensor.argsort",
        "TorchSharp.torch/nn/functional.scaled_dot_product_attention",
    ];

    // Decoding is not differentiated, and taking rows alone adds nothing.
    private static readonly string[] Decoding = ["DecodingBatch", "ForkedCache", "KvCache"];

    private const string OfScripts = "TokenSampler"; // Its cumsum is in TokenSampler.py.

    [Fact]
    public void The_documentation_names_the_types_that_call_them_and_no_others()
    {
        Assert.All(Operations, operation => Assert.NotEmpty(TensorCode.TypesThatUse(operation)));
        string[] calling = [.. Operations.SelectMany(TensorCode.TypesThatUse).Distinct().Except(Decoding)];

        string text = SourceTree.Read("docs/gpu.md");
        string section = text.Split("### Sums without a fixed order")[1].Split("\n### ")[0];
        string[] named = [.. TypeName().Matches(section).Select(match => match.Groups[1].Value).Distinct()];

        Assert.Equal([.. calling.Append(OfScripts).Order()], named.Order());
    }

    [GeneratedRegex("`([A-Z][A-Za-z]+)`")]
    private static partial Regex TypeName();
}
