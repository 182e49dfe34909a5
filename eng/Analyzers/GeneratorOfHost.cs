using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using static Retrace.Analyzers.DeviceArgument;

namespace Retrace.Analyzers;

/// <summary>
/// Generators of random numbers are made for the host. TorchSharp takes a device and does not look at it, and libtorch
/// refuses a generator of the host for a tensor on a GPU: which no machine without one shows.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class GeneratorOfHost : DiagnosticAnalyzer
{
    private static readonly DiagnosticDescriptor Rule = new(
        "RT0002",
        "A generator is made for a device",
        "TorchSharp makes every generator on the host: name CPU, and move what is drawn, or see RandomMask",
        "Retrace",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true);

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => ImmutableArray.Create(Rule);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (start.Compilation.GetTypeByMetadataName("TorchSharp.torch+Generator") is { } generator
                && start.Compilation.GetTypeByMetadataName("TorchSharp.torch+Device") is { } device)
            {
                start.RegisterOperationAction(made => Check(made, generator, device), OperationKind.ObjectCreation);
            }
        });
    }

    private static void Check(OperationAnalysisContext context, INamedTypeSymbol generator, INamedTypeSymbol device)
    {
        var made = (IObjectCreationOperation)context.Operation;
        if (Is(made.Type, generator)
            && made.Arguments.Any(argument => Is(argument.Parameter!.Type, device) && !IsHost(argument)))
        {
            context.ReportDiagnostic(Diagnostic.Create(Rule, made.Syntax.GetLocation()));
        }
    }

    // torch.CPU, or left out.
    private static bool IsHost(IArgumentOperation argument) =>
        NamesNone(argument) || argument.Value is IMemberReferenceOperation { Member.Name: "CPU" };
}
