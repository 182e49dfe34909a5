using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Retrace.Analyzers;

/// <summary>What a call of TorchSharp says of a device.</summary>
internal static class DeviceArgument
{
    /// <summary>Whether two types are the same one.</summary>
    public static bool Is(ITypeSymbol? type, ITypeSymbol other) => SymbolEqualityComparer.Default.Equals(type, other);

    /// <summary>Whether the argument is left out, or null.</summary>
    public static bool NamesNone(IArgumentOperation argument) =>
        argument.ArgumentKind == ArgumentKind.DefaultValue
        || argument.Value.ConstantValue is { HasValue: true, Value: null };
}
