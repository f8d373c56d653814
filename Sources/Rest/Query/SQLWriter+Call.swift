internal import Postgres

extension SQLWriter {
    /// The SELECT that calls the function, once, in its FROM, so that PostgreSQL can inline it.
    mutating func write(_ plan: CallPlan) {
        write("SELECT ")
        let reference = QualifiedIdentifier("", "pgrst_call")
        if plan.routine.returnsScalar {
            write("pgrst_call.pgrst_scalar")
        } else if plan.returning.isEmpty {
            write("*")
        } else {
            list(plan.returning) { $0.write(column: $1, of: reference) }
        }
        write(" ")
        if case .json(let body, let parameters) = plan.arguments {
            let columns = parameters.map { PlannedField(name: $0.name, type: $0.castType) }
            write(rowsOf: body, columns: columns, appliesDefaults: false, firstRowOnly: true)
            write(", LATERAL ")
        } else {
            write("FROM ")
        }
        if plan.routine.returnsScalar {
            write("(SELECT ")
            write(callOf: plan)
            write(" pgrst_scalar) pgrst_call")
        } else {
            write(callOf: plan)
            write(" pgrst_call")
        }
    }

    private mutating func write(callOf plan: CallPlan) {
        write(plan.routine.identifier)
        write("(")
        switch plan.arguments {
        case .none: break
        case .whole(let body, let parameter):
            if parameter.type == "bytea" { bind(.bytes(body.bytes)) } else { body.write(to: &self) }
            write("::")
            write(fromCatalog: parameter.type)
        case .values(let values):
            list(values) { writer, argument in
                writer.write(named: argument.parameter)
                if argument.parameter.isVariadic {
                    writer.bind(argument.values.sqlValue)
                } else {
                    writer.bind(argument.values.last ?? "")
                }
                writer.write("::")
                writer.write(fromCatalog: argument.parameter.castType)
            }
        case .json(_, let parameters):
            list(parameters) { writer, parameter in
                writer.write(named: parameter)
                writer.write(column: parameter.name, of: SQLWriter.bodyReference)
            }
        }
        write(")")
    }

    private mutating func write(named parameter: Routine.Parameter) {
        if parameter.isVariadic { write("VARIADIC ") }
        write(name: parameter.name)
        write(" := ")
    }
}
