using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using static Retrace.Analyzers.DeviceArgument;

namespace Retrace.Analyzers;

/// <summary>
/// Calls of TorchSharp that make a tensor out of nothing name its device. Without one it lies in the host's memory:
/// products and indexing take such a tensor on any device in libtorch's shape checks, and fail on a GPU alone.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class NamedDevice : DiagnosticAnalyzer
{
    private static readonly DiagnosticDescriptor Rule = new(
        "RT0001",
        "A tensor is made without a device",
        "{0} makes a tensor without a device: name it, CPU where the host's memory is meant",
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
            if (start.Compilation.GetTypeByMetadataName("TorchSharp.torch") is { } torch
                && start.Compilation.GetTypeByMetadataName("TorchSharp.torch+Device") is { } device
                && start.Compilation.GetTypeByMetadataName("TorchSharp.torch+Tensor") is { } tensor)
            {
                start.RegisterOperationAction(call => Check(call, torch, device, tensor), OperationKind.Invocation);
            }
        });
    }

    private static void Check(
        OperationAnalysisContext context, INamedTypeSymbol torch, INamedTypeSymbol device, INamedTypeSymbol tensor)
    {
        var call = (IInvocationOperation)context.Operation;
        // What takes a tensor, such as zeros_like, has its device from that.
        if (Is(call.TargetMethod.ContainingType, torch)
            && Is(call.TargetMethod.ReturnType, tensor)
            && !call.TargetMethod.Parameters.Any(parameter => Is(parameter.Type, tensor))
            && call.Arguments.Any(argument => Is(argument.Parameter!.Type, device) && NamesNone(argument)))
        {
            context.ReportDiagnostic(
                Diagnostic.Create(Rule, call.Syntax.GetLocation(), $"torch.{call.TargetMethod.Name}"));
        }
    }
}
