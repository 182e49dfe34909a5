using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Retrace.Architecture.Tests;

/// <summary>A line of code with TorchSharp, as an analyzer sees it.</summary>
internal static class AnalyzedCode
{
    /// <summary>The ids of the faults that an analyzer finds in an expression. A tensor x is at hand.</summary>
    /// <param name="made">The expression.</param>
    /// <param name="type">Its type.</param>
    public static async Task<string[]> FaultsAsync(DiagnosticAnalyzer analyzer, string made, string type = "Tensor")
    {
        SyntaxTree code = CSharpSyntaxTree.ParseText($$"""
            using TorchSharp;
            using static TorchSharp.torch;
            static class Code
            {
                static {{type}} Made(Tensor x) => {{made}};
            }
            """);
        string[] assemblies =
        [
            .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
                .Where(path => path.EndsWith(".dll", StringComparison.Ordinal)),
        ];
        var compilation = CSharpCompilation.Create(
            "Code",
            [code],
            assemblies.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        Assert.Empty(compilation.GetDiagnostics(TestContext.Current.CancellationToken)
            .Where(one => one.Severity == DiagnosticSeverity.Error));
        ImmutableArray<Diagnostic> found = await compilation
            .WithAnalyzers([analyzer])
            .GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        return [.. found.Select(one => one.Id)];
    }
}
