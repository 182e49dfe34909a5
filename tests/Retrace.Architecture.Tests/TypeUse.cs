using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Retrace.Architecture.Tests;

/// <summary>That a type uses another one, in its signatures or in the bodies of its methods.</summary>
internal sealed record TypeUse(TypeReference User, TypeReference Used)
{
    /// <summary>The namespace of the outermost type around the user.</summary>
    public string From => NamespaceOf(User);

    /// <summary>The same for what is used.</summary>
    public string To => NamespaceOf(Used);

    /// <summary>All uses in an assembly.</summary>
    public static IEnumerable<TypeUse> In(AssemblyDefinition assembly) =>
        assembly.MainModule.GetTypes().SelectMany(type => UsedBy(type).Select(used => new TypeUse(type, used)));

    public override string ToString() => $"{User.FullName} uses {Used.FullName}";

    private static string NamespaceOf(TypeReference type)
    {
        TypeReference outermost = type;
        while (outermost.DeclaringType is TypeReference around)
        {
            outermost = around;
        }
        return outermost.Namespace;
    }

    private static IEnumerable<TypeReference> UsedBy(TypeDefinition type)
    {
        IEnumerable<TypeReference?> signatures =
        [
            type.BaseType,
            .. type.Interfaces.Select(one => one.InterfaceType),
            .. type.Fields.Select(field => field.FieldType),
            .. type.CustomAttributes.Select(attribute => attribute.AttributeType),
            .. type.Methods.SelectMany(method => method.Parameters.Select(parameter => parameter.ParameterType)),
            .. type.Methods.Select(method => method.ReturnType),
            .. type.Methods.Where(method => method.HasBody).SelectMany(InBody),
        ];
        return signatures.OfType<TypeReference>().SelectMany(Parts);
    }

    private static IEnumerable<TypeReference?> InBody(MethodDefinition method) =>
    [
        .. method.Body.Variables.Select(variable => variable.VariableType),
        .. method.Body.Instructions.SelectMany(InInstruction),
    ];

    private static IEnumerable<TypeReference?> InInstruction(Instruction instruction) => instruction.Operand switch
    {
        GenericInstanceMethod generic => [generic.DeclaringType, .. generic.GenericArguments],
        MemberReference member and not TypeReference => [member.DeclaringType],
        TypeReference type => [type],
        _ => [],
    };

    // Of List<T[]>: List and T.
    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericParameter => [],
        GenericInstanceType generic =>
            [generic.ElementType, .. generic.GenericArguments.SelectMany(Parts)],
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };
}
